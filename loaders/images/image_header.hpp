// What the readers of the picture formats share: which format it is, and what its header promises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

enum class ImageFormat { jpeg, png, bmp, pnm };

// Tells the format by the first bytes. Errors: unsupported, naming a known format that is not read (GIF,
// WebP, HEIC,
// ...); malformed for anything else.
Result<ImageFormat> recognise_image(std::span<const std::byte> bytes);

struct ImageHeader {
    int width = 0;  // as stored, before the orientation is applied
    int height = 0;
    int orientation = 1;  // EXIF: 1 to 8
};

// Refuses an empty picture (malformed) and one of more than `max_pixels` pixels (limit_exceeded).
Status check_dimensions(std::int64_t width, std::int64_t height, std::int64_t max_pixels);

}  // namespace featherface::loaders
