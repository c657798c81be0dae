// PNG pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::loaders {

// Reads every colour type and depth, interlaced or not, to bgr8, turned upright. Samples of 16 bits keep
// their high byte, smaller ones are stretched; alpha and transparent colours are dropped; colours that a
// palette lacks are black. Image data beyond the last row is not looked at. Errors: as read_png_file(), and
// malformed for image data that cannot be unpacked or ends early.
Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
