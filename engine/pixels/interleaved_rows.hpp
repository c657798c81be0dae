// The rows of any picture as pixels with bytes of their own: those it has, or YUV converted to BGR one row at
// a time, so that a converted picture never exists as a whole.
#pragma once

#include <cstddef>
#include <cstdint>

#include "featherface/image.hpp"

namespace featherface::engine {

constexpr bool is_yuv(PixelFormat format) {
    return format == PixelFormat::nv12 || format == PixelFormat::nv21 || format == PixelFormat::i420 ||
           format == PixelFormat::yuyv;
}

// How a picture's bytes lie. All are 0 of an unknown format.
struct PlaneRows {
    std::ptrdiff_t first = 0;   // bytes that a row of the first plane has
    std::ptrdiff_t chroma = 0;  // and of each chroma plane
    int chroma_planes = 0;
};
PlaneRows plane_rows(PixelFormat format, int width);

// The format of the rows below: the picture's own, or bgr8.
constexpr PixelFormat interleaved_format(PixelFormat format) {
    return is_yuv(format) ? PixelFormat::bgr8 : format;
}

// Row y of a valid view in that format: where the picture has it, or in `buffer`, which has room for width
// pixels of bgr8.
const std::uint8_t* interleaved_row(const ImageView& image, int y, std::uint8_t* buffer);

// Row y of a valid YUV view as bgr8.
void convert_yuv_row(const ImageView& image, int y, std::uint8_t* bgr);

// A valid view as bgr8.
Image bgr_copy(const ImageView& image);

// A part of one, which lies in it.
struct Rectangle {
    int left = 0, top = 0, width = 0, height = 0;
};
Image bgr_part(const ImageView& image, const Rectangle& part);

}  // namespace featherface::engine
