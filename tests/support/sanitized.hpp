// Whether a sanitizer is built in, or an emulator runs the tests: both keep memory of their own, many times
// the program's.
#pragma once

namespace featherface::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(FEATHERFACE_EMULATED)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace featherface::test
