// AVX-512 (F, CD, DQ, BW, VL): 16 floats per register, 32 registers.
#if defined(__x86_64__)

// GCC 12 takes the deliberately undefined operand inside its own AVX-512 intrinsics for a mistake (GCC bug
// 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define FEATHERFACE_ARCH_AVX512
#include "kernels/arch_table.hpp"
#include "kernels/conv_stem.hpp"

namespace featherface::kernels {
namespace {

constexpr ConvKernel kGemmOrStem = [] {
    ConvKernel kernel = kConvGemm;
    kernel.packed_floats = gemm_or_stem_packed_floats;
    kernel.pack = gemm_or_stem_pack;
    kernel.scratch_floats = gemm_or_stem_scratch_floats;
    kernel.run = gemm_or_stem;
    return kernel;
}();

}  // namespace

constexpr KernelTable kAvx512Table = [] {
    KernelTable table = kTable;
    table.conv_gemm = &kGemmOrStem;
    table.narrower = &kAvx2Table;
    return table;
}();

}  // namespace featherface::kernels

#endif
