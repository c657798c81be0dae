// Boxes as the reference measures them: both border pixels count.
#pragma once

#include <array>

namespace featherface::engine {

using Box = std::array<float, 4>;  // x1, y1, x2, y2

inline float area(const Box& box) {
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
}

}  // namespace featherface::engine
