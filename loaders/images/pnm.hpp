// Binary grey and colour pictures of the Netpbm family: P5 (PGM) and P6 (PPM).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::loaders {

// Reads samples of one or two bytes, any maximum from 1 to 65535, to bgr8: maximum 255 as it is, maximum
// 65535 keeps the high byte, others are scaled to 0..255 and rounded. Of several pictures in a file the first
// counts. Errors: malformed, limit_exceeded.
Result<Image> decode_pnm(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
