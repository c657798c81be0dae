// Pictures as the detector takes them: 8 bits per channel, interleaved, rows from the top.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "featherface/status.hpp"

namespace featherface {

enum class PixelFormat { bgr8, rgb8, bgra8, rgba8, gray8 };

// Bytes of one pixel.
constexpr int bytes_per_pixel(PixelFormat format) {
    switch (format) {
        case PixelFormat::gray8: return 1;
        case PixelFormat::bgr8:
        case PixelFormat::rgb8: return 3;
        case PixelFormat::bgra8:
        case PixelFormat::rgba8: return 4;
    }
    return 0;
}

// Byte offsets of blue, green and red inside a pixel.
constexpr std::array<int, 3> bgr_offsets(PixelFormat format) {
    switch (format) {
        case PixelFormat::gray8: return {0, 0, 0};
        case PixelFormat::bgr8:
        case PixelFormat::bgra8: return {0, 1, 2};
        case PixelFormat::rgb8:
        case PixelFormat::rgba8: return {2, 1, 0};
    }
    return {};
}

// A picture somebody else owns. `row_stride` is in bytes and at least width * bytes_per_pixel(format).
// Alpha is ignored; gray is used for all three channels.
struct ImageView {
    const std::uint8_t* data = nullptr;
    int width = 0;
    int height = 0;
    std::ptrdiff_t row_stride = 0;
    PixelFormat format = PixelFormat::bgr8;
};

// The largest picture a network runs on: its sides, and its pixels altogether. Up to these a count of any
// layer's values is an int.
constexpr int kMaxPictureSide = 1 << 24;
constexpr std::int64_t kMaxPicturePixels = std::int64_t{1} << 28;

// Whether the view can be read: at least 1 x 1, a known format, a pointer, a stride that covers a row.
// Errors: invalid_argument.
Status validate(const ImageView& image);

// A picture that owns its pixels, rows tightly packed.
struct Image {
    int width = 0;
    int height = 0;
    PixelFormat format = PixelFormat::bgr8;
    std::vector<std::uint8_t> pixels;

    ImageView view() const {
        return {pixels.data(), width, height, std::ptrdiff_t{width} * bytes_per_pixel(format), format};
    }
};

}  // namespace featherface
