// Nearest-neighbour resize: output(y, x) = input(floor(y * in_h / out_h), floor(x * in_w / out_w)).
#pragma once

#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

FEATHERFACE_INLINE int nearest_source(int i, int in, int out) {
    return static_cast<int>(static_cast<std::int64_t>(i) * in / out);
}

FEATHERFACE_INLINE Rows nearest_rows(Rows rows, int in, int out) {
    if (rows.begin == rows.end) return {};
    return {nearest_source(rows.begin, in, out), nearest_source(rows.end - 1, in, out) + 1};
}

void resize_nearest(ConstMap input, Map output, Rows rows) {
    FEATHERFACE_ASSERT(input.channels == output.channels);
    FEATHERFACE_ASSERT(has_rows(output, rows));
    FEATHERFACE_ASSERT(has_rows(input, nearest_rows(rows, input.height, output.height)));
    FEATHERFACE_ASSERT(are_apart(output, rows, input, nearest_rows(rows, input.height, output.height)));
    for (int y = rows.begin; y < rows.end; ++y) {
        const int source_y = nearest_source(y, input.height, output.height);
        for (int x = 0; x < output.width; ++x) {
            const float* in = input.pixel(source_y, nearest_source(x, input.width, output.width));
            float* out = output.pixel(y, x);
            for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                part.store(out + c, part.load(in + c));
            });
        }
    }
}

}  // namespace
}  // namespace featherface::kernels
