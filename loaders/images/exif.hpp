// The one thing read from EXIF metadata: which way up the picture is.
#pragma once

#include <cstddef>
#include <span>

namespace featherface::loaders {

// The Orientation tag, 1 to 8, of a TIFF-structured EXIF block (what follows "Exif\0\0" in a JPEG, or the
// content of a PNG's eXIf chunk). 1, upright as stored, when the tag is missing, out of range, or the block
// is damaged: metadata never makes a picture unreadable.
int exif_orientation(std::span<const std::byte> tiff);

}  // namespace featherface::loaders
