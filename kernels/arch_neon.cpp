// 32-bit ARM with NEON: 4 floats per register, 16 registers, subnormal numbers taken as zeros.
#if defined(FEATHERFACE_NEON)

#define FEATHERFACE_ARCH_NEON
#include "kernels/arch_table.hpp"

namespace featherface::kernels {

constexpr KernelTable kNeonTable = kTable;

}  // namespace featherface::kernels

#endif
