// A check of PNG files before their decoder sees them: stb_image looks at no checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

// Accepts complete files: every chunk there with its right CRC, IHDR first, image data in one piece, IEND
// last (what follows it is not looked at). Of an animated PNG the still picture counts. Orientation comes
// from an eXIf chunk. Errors: malformed (with the offset and the chunk), unsupported (an unknown critical
// chunk, Apple's CgBI variant), limit_exceeded (from the header, before anything else is read).
Result<ImageHeader> check_png(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
