// What happens when a kernel's precondition does not hold.
#include "kernels/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace featherface::kernels {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: a kernel was called wrongly: %s does not hold\n", file, line, condition);
    std::abort();
}

}  // namespace featherface::kernels
