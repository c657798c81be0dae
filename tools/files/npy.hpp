// The header of a NumPy .npy array: a magic string, a version, and a Python dictionary that gives the element
// type, the order of the elements and the shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/dtype.hpp"

namespace featherface::tools {

constexpr std::size_t kLongestNpyHeader = 65535 + 12;  // longer ones describe structures

constexpr std::size_t kMostDimensions = 32;  // NumPy's own limit

struct NpyHeader {
    loaders::DType dtype = loaders::DType::other;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
    std::size_t size = 0;          // of the header: where the elements begin
    std::uint64_t data_bytes = 0;  // of all elements, as dtype and shape say
};

// Reads the header at the front of an array file of `size` bytes, versions 1 to 3, without looking at what
// follows: its first kLongestNpyHeader bytes are enough. Only little-endian numbers and bool are accepted.
// Errors: malformed; unsupported (objects, structures, text, dates, big-endian, ...), naming the type;
// limit_exceeded. Offsets in messages count from `base`.
Result<NpyHeader> parse_npy_header(std::span<const std::byte> npy, std::uint64_t size, std::uint64_t base);

// The header NumPy would write: version 1, padded to a multiple of 64 bytes. Errors: invalid_argument for a
// type that NumPy lacks (bfloat16, other), a negative size, or more elements than fit in memory.
Result<std::string> make_npy_header(loaders::DType dtype, std::span<const std::int64_t> shape);

// Bytes of an array, or nothing when a size is negative or the product overflows 63 bits.
std::optional<std::uint64_t> npy_data_bytes(loaders::DType dtype, std::span<const std::int64_t> shape);

}  // namespace featherface::tools
