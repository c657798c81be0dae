// Pictures as the detector takes them: 8 bits per sample, in the byte orders of decoders, screens and
// cameras.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "featherface/status.hpp"

namespace featherface {

enum class PixelFormat {
    bgr8,
    rgb8,
    bgra8,
    rgba8,
    gray8,
    // Luma Y and chroma Cb, Cr (often called U, V), as cameras and video decoders give them. Chroma has half
    // the picture's width, rounded up; in the first three its height too. A pixel takes the chroma sample
    // that lies over it, without interpolation.
    nv12,  // a plane of Y, then one of pairs Cb Cr
    nv21,  // a plane of Y, then one of pairs Cr Cb
    i420,  // planes of Y, of Cb and of Cr
    yuyv,  // one plane: Y Cb Y Cr for each two pixels, also where a row ends after the first of them
};

// Which colours luma and chroma stand for: Rec. ITU-R BT.601-7 (standard definition, most cameras, JPEG) or
// BT.709-6 (high definition).
enum class YuvMatrix { bt601, bt709 };

// video: Y from 16 to 235, Cb and Cr from 16 to 240 around 128; full: all from 0 to 255 (JPEG, many cameras).
enum class YuvRange { video, full };

// Bytes of one pixel; 0 of nv12, nv21, i420 and yuyv, whose pixels share some.
constexpr int bytes_per_pixel(PixelFormat format) {
    switch (format) {
        case PixelFormat::gray8: return 1;
        case PixelFormat::bgr8:
        case PixelFormat::rgb8: return 3;
        case PixelFormat::bgra8:
        case PixelFormat::rgba8: return 4;
        case PixelFormat::nv12:
        case PixelFormat::nv21:
        case PixelFormat::i420:
        case PixelFormat::yuyv: return 0;
    }
    return 0;
}

// Byte offsets of blue, green and red inside a pixel, where it has bytes of its own.
constexpr std::array<int, 3> bgr_offsets(PixelFormat format) {
    switch (format) {
        case PixelFormat::bgr8:
        case PixelFormat::bgra8: return {0, 1, 2};
        case PixelFormat::rgb8:
        case PixelFormat::rgba8: return {2, 1, 0};
        case PixelFormat::gray8:
        case PixelFormat::nv12:
        case PixelFormat::nv21:
        case PixelFormat::i420:
        case PixelFormat::yuyv: return {0, 0, 0};
    }
    return {};
}

// One plane of samples that somebody else owns.
struct ImagePlane {
    const std::uint8_t* data = nullptr;  // its first row
    std::ptrdiff_t row_stride = 0;       // bytes from a row to the next
};

// A picture somebody else owns. `data` is its top row, or the top row of Y; `row_stride` is the number of
// bytes from a row to the next, at least as many as a row has, and negative where rows are stored bottom up.
// Alpha is ignored; gray is used for all three channels.
struct ImageView {
    const std::uint8_t* data = nullptr;
    int width = 0;
    int height = 0;
    std::ptrdiff_t row_stride = 0;
    PixelFormat format = PixelFormat::bgr8;
    // The planes behind Y: of nv12 and nv21 one, of i420 two. No other format looks at them.
    ImagePlane chroma[2] = {};
    // What nv12, nv21, i420 and yuyv stand for.
    YuvMatrix matrix = YuvMatrix::bt601;
    YuvRange range = YuvRange::video;
    // The size of the picture that this one is a smaller copy of; 0: of none. Faces are found in pixels of
    // that one, and DetectorOptions::max_side and scales speak of its sides.
    int full_width = 0;
    int full_height = 0;
};

// The largest picture a network runs on: its sides, and its pixels altogether. Up to these a count of any
// layer's values is an int.
constexpr int kMaxPictureSide = 1 << 24;
constexpr std::int64_t kMaxPicturePixels = std::int64_t{1} << 28;

// Whether the view can be read: at least 1 x 1, a known format, a pointer and a stride that covers a row for
// each of its planes; no larger than the picture it is a copy of. Errors: invalid_argument.
Status validate(const ImageView& image);

// A picture that owns its pixels, rows tightly packed. Its pixels have bytes of their own.
struct Image {
    int width = 0;
    int height = 0;
    PixelFormat format = PixelFormat::bgr8;
    std::vector<std::uint8_t> pixels;
    int full_width = 0;  // as ImageView's
    int full_height = 0;

    ImageView view() const {
        return {.data = pixels.data(),
                .width = width,
                .height = height,
                .row_stride = std::ptrdiff_t{width} * bytes_per_pixel(format),
                .format = format,
                .full_width = full_width,
                .full_height = full_height};
    }
};

// The picture as bgr8, exactly as the networks see it. Errors: invalid_argument (the view);
// out_of_memory.
Result<Image> to_bgr(const ImageView& image);

}  // namespace featherface
