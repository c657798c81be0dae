// The machine's peaks, each measured once a program.
#pragma once

#include <bit>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tools/measure/machine_peak.hpp"

namespace featherface::bench {

// FLOP/s, see engine::peak_flops().
inline double known_peak_flops(std::string_view arch, int threads = 1) {
    static std::map<std::pair<std::string, int>, double> known;
    const auto [entry, is_new] = known.try_emplace({std::string(arch), threads}, 0);
    if (is_new) entry->second = engine::peak_flops(arch, threads);
    return entry->second;
}

// Bytes/s of one thread copying in a working set of that size, rounded up to a power of two.
inline double known_peak_bandwidth(std::size_t working_set_bytes) {
    static std::map<std::size_t, double> known;
    const std::size_t bytes = std::bit_ceil(working_set_bytes);
    const auto [entry, is_new] = known.try_emplace(bytes, 0);
    if (is_new) entry->second = engine::peak_bandwidth(bytes);
    return entry->second;
}

}  // namespace featherface::bench
