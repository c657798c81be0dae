// The engine's values in PyTorch's order.
#pragma once

#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::test {

// Maps as 1,C,H,W; anchors, vectors and lists as they are.
inline std::vector<float> torch_values(const engine::Shape& shape, kernels::ConstMap map) {
    std::vector<float> values;
    const bool is_map = shape.kind == engine::Shape::Kind::map;
    for (int c = 0; c < (is_map ? map.channels : 1); ++c) {
        for (int y = 0; y < map.height; ++y) {
            for (int x = 0; x < map.width; ++x) {
                const float* pixel = map.pixel(y, x);
                values.insert(values.end(), pixel + c, pixel + (is_map ? c + 1 : map.channels));
            }
        }
    }
    return values;
}

}  // namespace featherface::test
