// Nearest-neighbour resize: output(y, x) = input(floor(y * in_h / out_h), floor(x * in_w / out_w)).
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

FEATHERFACE_INLINE int nearest_source(int i, int in, int out) {
    return static_cast<int>(static_cast<std::int64_t>(i) * in / out);
}

void resize_nearest(ConstMap input, Map output, Rows rows) {
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
