// A row of a JPEG's samples as pixels.
#pragma once

#include <cstddef>
#include <cstdint>

namespace featherface::loaders {

// What the components are, in their order. Inks count as Adobe stores them, 255 for none; ycck is ycc of the
// inverted inks, and black.
enum class JpegColours { grey, ycc, rgb, ycck, cmyk };

// `rows` has a row of `count` samples for each component; `bgr` gets three bytes for each of them. Luma and
// chroma are JFIF's (full range, BT.601), their sum rounded once; ink on ink multiplies.
void to_bgr_row(JpegColours colours, const std::uint8_t* const* rows, std::size_t count, std::uint8_t* bgr);

}  // namespace featherface::loaders
