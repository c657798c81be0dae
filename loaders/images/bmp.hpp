// Windows bitmaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/image.hpp"
#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

// Reads bitmaps of 1, 4 and 8 bits (palette; 4 and 8 bits run-length compressed too), 16 and 32 bits (with or
// without masks) and 24 bits, with a header of any version from 12 bytes up, bottom-up or top-down, to bgr8.
// Alpha is dropped; colours that the palette lacks are black, and a palette shorter than promised ends where
// the pixels begin. Errors: malformed, unsupported (JPEG or PNG inside), limit_exceeded.
Result<Image> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels);

// Its size alone, from the file's beginning. Errors: as above, for the header.
Result<ImageHeader> read_bmp_size(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
