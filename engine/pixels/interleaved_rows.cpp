#include "engine/pixels/interleaved_rows.hpp"

#include <array>
#include <vector>

namespace featherface::engine {

PlaneRows plane_rows(PixelFormat format, int width) {
    const std::ptrdiff_t pairs = std::ptrdiff_t{width} / 2 + width % 2;
    switch (format) {
        case PixelFormat::nv12:
        case PixelFormat::nv21: return {width, 2 * pairs, 1};
        case PixelFormat::i420: return {width, pairs, 2};
        case PixelFormat::yuyv: return {4 * pairs, 0, 0};
        default: return {std::ptrdiff_t{width} * bytes_per_pixel(format), 0, 0};
    }
}

const std::uint8_t* interleaved_row(const ImageView& image, int y, std::uint8_t* buffer) {
    if (!is_yuv(image.format)) return image.data + y * image.row_stride;
    convert_yuv_row(image, y, buffer);
    return buffer;
}

Image bgr_copy(const ImageView& image) {
    const std::size_t row_bytes = static_cast<std::size_t>(image.width) * 3;
    Image copy{image.width, image.height, PixelFormat::bgr8, {}, image.full_width, image.full_height};
    copy.pixels.resize(row_bytes * static_cast<std::size_t>(image.height));
    const std::ptrdiff_t step = bytes_per_pixel(image.format);
    const auto [blue, green, red] = bgr_offsets(image.format);
    std::uint8_t* to = copy.pixels.data();
    for (int y = 0; y < image.height; ++y) {
        if (is_yuv(image.format)) {
            convert_yuv_row(image, y, to);
            to += row_bytes;
            continue;
        }
        const std::uint8_t* pixel = image.data + y * image.row_stride;
        for (int x = 0; x < image.width; ++x, pixel += step, to += 3) {
            to[0] = pixel[blue];
            to[1] = pixel[green];
            to[2] = pixel[red];
        }
    }
    return copy;
}

}  // namespace featherface::engine
