// The one thing read from EXIF metadata: which way up the picture is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace featherface::loaders {

// The Orientation tag, 1 to 8, of a TIFF-structured EXIF block (what follows "Exif\0\0" in a JPEG, or the
// content of a PNG's eXIf chunk; "Exif\0\0" may stand before it there too). The tag may be of any integer
// type, and the first of several values counts. 1 when the tag says anything else, nothing when there is no
// tag or the block is damaged: metadata never makes a picture unreadable.
std::optional<int> exif_orientation(std::span<const std::byte> tiff);

}  // namespace featherface::loaders
