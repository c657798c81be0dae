// The run-length compression of bitmaps with palettes: RLE8 and RLE4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

// Unpacks the runs at `offset` of `bytes`, of pixels of `bits` bits (4 or 8), to one palette index per byte,
// rows of `width` in the order they are stored; `indices` comes zeroed, and zero stays where the runs leave
// pixels out. What runs past the end of a row is dropped. Errors: malformed, when the data ends before all
// rows are full and does not say that it ends.
Status unpack_bmp_runs(std::span<const std::byte> bytes, std::size_t offset, int bits, std::size_t width,
                       std::span<std::uint8_t> indices);

}  // namespace featherface::loaders
