// JPEG pictures.
#pragma once

#include <cstddef>
#include <span>

#include "featherface/image.hpp"
#include "featherface/image_file.hpp"
#include "featherface/status.hpp"

namespace featherface::loaders {

// Decodes what read_jpeg_file() accepts to bgr8, turned upright, at the size that the options need. Samples
// of CMYK and YCCK count as Adobe stores them, 255 for no ink, in files without Adobe's segment too, as other
// decoders have it; ink on ink multiplies. Errors: as read_jpeg_file(). Throws std::bad_alloc.
Result<Image> decode_jpeg(std::span<const std::byte> bytes, const ImageReadOptions& options);

}  // namespace featherface::loaders
