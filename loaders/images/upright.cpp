// EXIF orientations 5 to 8 swap rows and columns; the others, and these too, may read the stored rows from
// the bottom and the stored columns from the right.
#include "loaders/images/upright.hpp"

#include <cstddef>
#include <utility>

namespace featherface::loaders {

Image upright_bgr(const std::uint8_t* pixels, SampleOrder order, const ImageHeader& header) {
    const int o = header.orientation;
    const bool swap = o >= 5;
    const bool from_right = o == 2 || o == 3 || o == 7 || o == 8;
    const bool from_bottom = o == 3 || o == 4 || o == 6 || o == 7;
    const std::ptrdiff_t row = std::ptrdiff_t{header.width} * 3;
    const std::uint8_t* first =
        pixels + (from_right ? row - 3 : 0) + (from_bottom ? (header.height - 1) * row : 0);
    std::ptrdiff_t step_x = from_right ? -3 : 3;
    std::ptrdiff_t step_y = from_bottom ? -row : row;
    if (swap) std::swap(step_x, step_y);

    Image image;
    image.width = swap ? header.height : header.width;
    image.height = swap ? header.width : header.height;
    image.pixels.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
    const std::ptrdiff_t blue = order == SampleOrder::bgr ? 0 : 2;
    const std::ptrdiff_t red = 2 - blue;
    std::uint8_t* to = image.pixels.data();
    for (std::ptrdiff_t y = 0; y < image.height; ++y) {
        for (std::ptrdiff_t x = 0; x < image.width; ++x, to += 3) {
            const std::uint8_t* from = first + y * step_y + x * step_x;
            to[0] = from[blue];
            to[1] = from[1];
            to[2] = from[red];
        }
    }
    return image;
}

}  // namespace featherface::loaders
