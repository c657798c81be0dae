// The tables this build has, one from each arch_<name>.cpp; kernels/select.hpp says which may run.
#pragma once

#include "kernels/kernel_table.hpp"

namespace featherface::kernels {

#if defined(__x86_64__)
extern const KernelTable kSse2Table;
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;
// What stands for their conv_int8 on CPUs with VNNI.
extern const ConvKernel kConvInt8Avx2Vnni;
extern const ConvKernel kConvInt8Avx512Vnni;
#elif defined(__aarch64__)
extern const KernelTable kNeon64Table;
extern const ConvKernel kConvInt8Neon64Dotprod;  // stands for its conv_int8 on CPUs with dot products
#endif
#if defined(FEATHERFACE_NEON)
extern const KernelTable kNeonTable;
#endif
extern const KernelTable kPortableTable;  // in builds for other processors

}  // namespace featherface::kernels
