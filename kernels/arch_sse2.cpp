// The baseline of every 64-bit x86: 4 floats per register, 16 registers, no fused multiply-add.
#if defined(__x86_64__)

#define FEATHERFACE_ARCH_SSE2
#include "kernels/arch_table.hpp"

namespace featherface::kernels {

constexpr KernelTable kSse2Table = kTable;

}  // namespace featherface::kernels

#endif
