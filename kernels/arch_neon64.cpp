// 64-bit ARM: 4 floats per register, 32 registers.
#if defined(__aarch64__)

#define FEATHERFACE_ARCH_NEON64
#include "kernels/arch_table.hpp"

namespace featherface::kernels {

constexpr KernelTable kNeon64Table = kTable;

}  // namespace featherface::kernels

#endif
