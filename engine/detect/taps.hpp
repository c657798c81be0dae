// Which pixels of a picture make a pixel of the resized one, along one direction, and with what weights.
#pragma once

#include <cstdint>
#include <vector>

namespace featherface::engine {

// Weights are whole numbers of 2^-22: 255 times their sum still fits 32 bits, and the result is the same on
// every machine.
constexpr int kTapBits = 22;

// The old samples that make a new one; weights add up to 1.
struct Taps {
    int first = 0;
    std::vector<std::int32_t> weights;

    int last() const { return first + static_cast<int>(weights.size()); }
};

// The taps of `count` new samples, from number `from` on, of the `new_size` that `old_size` samples become:
// triangles as wide as a new sample, or an old one where these are wider.
std::vector<Taps> triangle_taps(int old_size, std::int64_t new_size, std::int64_t from, int count);

}  // namespace featherface::engine
