#include "tools/crosscheck/torch_order.hpp"

#include <algorithm>

namespace featherface::tools {

void to_torch_order(const engine::Shape& shape, kernels::ConstMap map, std::vector<float>& out) {
    out.resize(static_cast<std::size_t>(shape.elements()));
    const std::size_t pixels = static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
    const bool channels_first = shape.kind == engine::Shape::Kind::map;
    std::size_t pixel = 0;
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x, ++pixel) {
            const float* values = map.pixel(y, x);
            for (std::size_t c = 0; c < static_cast<std::size_t>(map.channels); ++c) {
                out[channels_first ? c * pixels + pixel
                                   : pixel * static_cast<std::size_t>(map.channels) + c] = values[c];
            }
        }
    }
}

}  // namespace featherface::tools
