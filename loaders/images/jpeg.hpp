// JPEG pictures: stb_image's decoder behind a check of our own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::loaders {

// Decodes what read_jpeg_file() accepts to bgr8, turned upright. Samples of CMYK and YCCK count as Adobe
// stores them, 255 for no ink, in files without Adobe's segment too, as other decoders have it; ink on ink
// multiplies. Errors: as read_jpeg_file().
Result<Image> decode_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
