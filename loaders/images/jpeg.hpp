// A check of JPEG files before their decoder sees them. stb_image trusts what it reads (tables of any size,
// tables that were never sent) and draws a picture out of a file that is cut short; this walks every marker
// and every entropy-coded bit first, without computing a pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

// Accepts 8-bit baseline, extended and progressive Huffman files of one (grey) or three components that are
// complete: every component is there, every scan holds all its blocks, the end-of-image marker is present.
// Orientation comes from the first EXIF segment. What follows the end-of-image marker is not looked at.
// Errors: malformed (with the offset), unsupported (CMYK, arithmetic coding, 12 bits, lossless, ...),
// limit_exceeded (pixels, from the frame header, before anything is allocated; scans).
Result<ImageHeader> check_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
