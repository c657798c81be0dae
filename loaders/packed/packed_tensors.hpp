// The checkpoint's tensors in a packed model, as they were before anything was folded: by them it serves
// every CPU and every use that a checkpoint does.
//
// Section "tensors": a 32-bit count, then for each tensor a byte for its type, a byte for its number of
// dimensions, 16 bits for its name's length, its dimensions in 32 bits each, and its name. Section "values":
// their elements, in the same order, each tensor from a multiple of 4 bytes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/packed/packed_file.hpp"

namespace featherface::loaders {

enum class PackedType : std::uint8_t { f32 = 0, f16 = 1 };

struct PackedTensor {
    std::string_view name;
    std::vector<std::int64_t> shape;
    PackedType type = PackedType::f32;
    std::span<const std::byte> bytes;  // row-major; on a 4-byte boundary of the file
};

// In the file's order. Errors: malformed, for anything that is not as above, sections that are missing or
// damaged.
Result<std::vector<PackedTensor>> read_packed_tensors(const PackedFile& file);

// The two sections' contents.
struct PackedTensorSections {
    std::vector<std::byte> tensors, values;

    PackedTensorSections();
    void add(std::string_view name, std::span<const std::int64_t> shape, PackedType type,
             std::span<const std::byte> bytes);
};

}  // namespace featherface::loaders
