// The extents of values, and which of a value's rows others need.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace featherface::engine {

using kernels::Rows;

// What a value is to PyTorch, and its extent here. Everything is stored as height x width x channels floats.
struct Shape {
    enum class Kind {
        map,      // torch (1, channels, height, width)
        vector,   // torch (1, channels); height = width = 1
        anchors,  // torch (1, height * width, channels): one row per anchor, in row-major order of the cells
        row,      // torch (1, 1, channels); height = width = 1
        list      // torch (channels,); height = width = 1
    };
    Kind kind = Kind::map;
    int height = 1, width = 1, channels = 1;

    std::int64_t elements() const { return std::int64_t{height} * width * channels; }
    std::vector<std::int64_t> torch_shape() const;
    bool operator==(const Shape&) const = default;
};

// The shapes of what an operation reads and computes.
struct Extents {
    std::span<const Shape> inputs;
    Shape output;
};

// Where a value lies: floats from the start of the memory, and from one pixel to the next.
struct Placement {
    std::size_t offset = 0;
    int pixel_stride = 0;
};

inline bool is_empty(Rows rows) {
    return rows.begin >= rows.end;
}

// The smallest range that holds both.
inline Rows span_of(Rows a, Rows b) {
    if (is_empty(a)) return b;
    if (is_empty(b)) return a;
    return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

// The rows under the windows of output rows `rows`, cut to a map of `height` rows.
inline Rows window_rows(Rows rows, int kernel, int stride, int pad, int height) {
    return {std::max(rows.begin * stride - pad, 0), std::min((rows.end - 1) * stride - pad + kernel, height)};
}

}  // namespace featherface::engine
