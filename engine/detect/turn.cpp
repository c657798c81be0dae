#include "engine/detect/turn.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"

namespace featherface::engine {

namespace {

// Writes the pixels of one row of the picture to places `step` bytes apart.
template <int kBytes>
void scatter(const std::uint8_t* row, int width, std::uint8_t* to, std::ptrdiff_t step) {
    for (int x = 0; x < width; ++x, row += kBytes) {
        std::copy_n(row, kBytes, to + x * step);
    }
}

}  // namespace

const Image& Turner::turn(const ImageView& image, int quarters) {
    const PixelFormat format = interleaved_format(image.format);
    const std::ptrdiff_t bytes = bytes_per_pixel(format);
    const bool on_its_side = quarters % 2 == 1;
    out_.width = on_its_side ? image.height : image.width;
    out_.height = on_its_side ? image.width : image.height;
    out_.format = format;
    const std::ptrdiff_t out_row = out_.width * bytes;
    out_.pixels.resize(static_cast<std::size_t>(out_row) * static_cast<std::size_t>(out_.height));

    // Where the first pixel goes, and how far from it its neighbours to the right and below.
    const std::ptrdiff_t last_column = out_row - bytes, last_row = out_row * (out_.height - 1);
    std::ptrdiff_t first = 0, right = 0, below = 0;
    if (quarters == 1) first = last_column, right = out_row, below = -bytes;
    if (quarters == 2) first = last_row + last_column, right = -bytes, below = -out_row;
    if (quarters == 3) first = last_row, right = -out_row, below = bytes;

    converted_.resize(is_yuv(image.format) ? static_cast<std::size_t>(image.width) * 3 : 0);
    const auto put = bytes == 1 ? scatter<1> : bytes == 3 ? scatter<3> : scatter<4>;
    for (int y = 0; y < image.height; ++y) {
        put(interleaved_row(image, y, converted_.data()), image.width, out_.pixels.data() + first + y * below,
            right);
    }
    return out_;
}

Image turned(const ImageView& image, int quarters) {
    return Turner().turn(image, quarters);
}

Face turned_back(const Face& face, int quarters, int width, int height) {
    const auto w = static_cast<float>(width), h = static_cast<float>(height);
    const auto back = [&](const std::array<float, 2>& point) -> std::array<float, 2> {
        const auto [x, y] = point;
        switch (quarters) {
            case 1: return {y, h - x};
            case 2: return {w - x, h - y};
            case 3: return {w - y, x};
            default: return point;
        }
    };
    Face result = face;
    const auto [x1, y1] = back({face.box[0], face.box[1]});
    const auto [x2, y2] = back({face.box[2], face.box[3]});
    result.box = {std::min(x1, x2), std::min(y1, y2), std::max(x1, x2), std::max(y1, y2)};
    for (auto& point : result.landmarks) point = back(point);
    return result;
}

}  // namespace featherface::engine
