#include "engine/pixels/interleaved_rows.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace featherface::engine {

namespace {

// So many columns of a YUV view, from an even one on.
ImageView from_column(ImageView image, int first, int count) {
    image.width = count;
    image.data += image.format == PixelFormat::yuyv ? 2 * std::ptrdiff_t{first} : first;
    for (int plane = 0; plane < plane_rows(image.format, count).chroma_planes; ++plane)
        image.chroma[plane].data += image.format == PixelFormat::i420 ? first / 2 : first;
    return image;
}

}  // namespace

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
    Image copy = bgr_part(image, {0, 0, image.width, image.height});
    copy.full_width = image.full_width;
    copy.full_height = image.full_height;
    return copy;
}

Image bgr_part(const ImageView& image, const Rectangle& part) {
    const std::size_t row_bytes = static_cast<std::size_t>(part.width) * 3;
    Image copy{part.width, part.height, PixelFormat::bgr8, {}};
    copy.pixels.resize(row_bytes * static_cast<std::size_t>(part.height));
    const std::ptrdiff_t step = bytes_per_pixel(image.format);
    const auto [blue, green, red] = bgr_offsets(image.format);
    std::uint8_t* to = copy.pixels.data();
    // Of YUV whole pairs of pixels are converted, which may be one more than is asked for.
    const int odd = is_yuv(image.format) ? part.left % 2 : 0;
    const ImageView columns =
        is_yuv(image.format) ? from_column(image, part.left - odd, part.width + odd) : image;
    std::vector<std::uint8_t> converted(odd == 1 ? row_bytes + 3 : 0);
    for (int y = part.top; y < part.top + part.height; ++y) {
        if (is_yuv(image.format)) {
            convert_yuv_row(columns, y, odd == 1 ? converted.data() : to);
            if (odd == 1) std::copy_n(converted.data() + 3, row_bytes, to);
            to += row_bytes;
            continue;
        }
        const std::uint8_t* pixel = image.data + y * image.row_stride + part.left * step;
        for (int x = 0; x < part.width; ++x, pixel += step, to += 3) {
            to[0] = pixel[blue];
            to[1] = pixel[green];
            to[2] = pixel[red];
        }
    }
    return copy;
}

}  // namespace featherface::engine
