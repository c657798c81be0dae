// The ranges of values in a packed model that is made for 8 bits: between what the values lie that a
// convolution reads.
//
// Section "ranges": a 32-bit version, 1, and a 32-bit count, not 0; then for each the lower end and the upper
// one (float32), 16 bits for its name's length, and the convolution's name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/packed/packed_file.hpp"

namespace featherface::loaders {

// Ends that are closer make no steps of 8 bits.
constexpr float kLeastRange = 1e-30f;

struct PackedRange {
    std::string_view name;
    float low = 0, high = 0;  // finite, kLeastRange apart at least
};

// In the file's order; none where it has no such section. Errors: malformed, for anything that is not as
// above; unsupported (another version).
Result<std::vector<PackedRange>> read_packed_ranges(const PackedFile& file);

// The section's contents.
std::vector<std::byte> packed_ranges_bytes(std::span<const PackedRange> ranges);

}  // namespace featherface::loaders
