// Networks without a checkpoint: weights and pictures by formula, bit-equal to those PyTorch was given for
// the results in tests/data/networks (its README.md states the formula and lists the files). The Python side
// is tests/python/seeded.py.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::test {

// One tensor of a network's state_dict.
struct SeededTensor {
    std::string name;
    std::vector<std::int64_t> shape;  // empty: a scalar
    std::uint32_t crc = 0;            // of the values as little-endian bytes

    bool is_counter() const;  // BatchNorm's num_batches_tracked: int64 zeros, all others are float32
};

// The networks that there are results for, by their short id in the engine's table.
inline constexpr std::string_view kDetectors[] = {"v1", "v2", "retinaface", "ff489k", "ffeca", "ffca"};
inline constexpr std::string_view kNetworks[] = {"v1",    "v2",   "retinaface", "ff489k",
                                                 "ffeca", "ffca", "classifier"};

// The state_dict of one of them, in its order. Fails the test case for any other network.
std::vector<SeededTensor> seeded_tensors(std::string_view network);

// A float32 tensor's values, row-major.
std::vector<float> seeded_values(std::string_view name, std::span<const std::int64_t> shape);

// A picture of noise: height * width * 3 bytes, B, G, R.
std::vector<std::uint8_t> seeded_image(int height, int width);

// What PyTorch's module of that name returned for the network on the 47x33 picture (width x height), in the
// order of execution; the names are those of a reference dump.
struct ModuleSummary {
    std::string name;
    std::vector<std::int64_t> shape;
    double projection = 0;  // seeded_projection() of the values
    double rms = 0;         // their root mean square
};
std::vector<ModuleSummary> module_summaries(std::string_view network);

// The values against fixed random directions, over sqrt(count): differs when any value does, or when two
// change places.
double seeded_projection(std::span<const float> values);

}  // namespace featherface::test
