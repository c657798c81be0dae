// The clock that times are taken with: monotonic, and where the system has one (Linux) raw, that is not
// slewed by time synchronisation.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace featherface::engine {

// Nanoseconds since some fixed point.
inline std::int64_t raw_nanoseconds() {
#if defined(CLOCK_MONOTONIC_RAW)
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
#else
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
#endif
}

}  // namespace featherface::engine
