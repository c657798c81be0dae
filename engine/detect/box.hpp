// Boxes as the reference measures them: both border pixels count.
#pragma once

#include <algorithm>
#include <array>

namespace featherface::engine {

using Box = std::array<float, 4>;  // x1, y1, x2, y2

inline float area(const Box& box) {
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
}

// Intersection over union.
inline float overlap(const Box& a, const Box& b) {
    const float w = std::min(a[2], b[2]) - std::max(a[0], b[0]) + 1;
    const float h = std::min(a[3], b[3]) - std::max(a[1], b[1]) + 1;
    const float both = std::max(w, 0.0f) * std::max(h, 0.0f);
    return both / (area(a) + area(b) - both);
}

}  // namespace featherface::engine
