// Everything else: 4 floats per register of the compiler's making. The library has it where it has no other
// table; the tests have it everywhere (FEATHERFACE_PORTABLE_TABLE).
#if defined(FEATHERFACE_PORTABLE_TABLE) || !(defined(__x86_64__) || defined(__aarch64__))

#define FEATHERFACE_ARCH_PORTABLE
#include "kernels/arch_table.hpp"

namespace featherface::kernels {

constexpr KernelTable kPortableTable = kTable;

}  // namespace featherface::kernels

#endif
