// FEATHERFACE_ASSERT(condition): what a kernel expects of its caller. In debug and sanitizer builds, where
// CMake defines FEATHERFACE_ASSERTIONS, a condition that is false ends the program with a message that says
// which and where; in other builds it is not evaluated.
#pragma once

#if defined(FEATHERFACE_ASSERTIONS)
#define FEATHERFACE_ASSERT(condition) \
    ((condition) ? void() : ::featherface::kernels::assertion_failed(#condition, __FILE__, __LINE__))
#else
#define FEATHERFACE_ASSERT(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#endif

namespace featherface::kernels {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace featherface::kernels
