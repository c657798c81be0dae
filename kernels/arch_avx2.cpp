// AVX2 with FMA: 8 floats per register, 16 registers.
#if defined(__x86_64__)

#define FEATHERFACE_ARCH_AVX2
#include "kernels/arch_table.hpp"

namespace featherface::kernels {

constexpr KernelTable kAvx2Table = kTable;

}  // namespace featherface::kernels

#endif
