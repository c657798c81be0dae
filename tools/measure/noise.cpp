#include "tools/measure/noise.hpp"

#include <random>

namespace featherface::tools {

Image noise_picture(int width, int height) {
    Image image{width, height, PixelFormat::bgr8, {}};
    image.pixels.resize(std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::minstd_rand random(1);
    for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random() >> 8);
    return image;
}

}  // namespace featherface::tools
