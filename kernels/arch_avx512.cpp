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

namespace featherface::kernels {
constexpr KernelTable kAvx512Table = [] {
    KernelTable table = kTable;
    table.narrower = &kAvx2Table;
    return table;
}();

}  // namespace featherface::kernels

#endif
