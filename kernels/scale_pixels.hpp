// output = input * gate[y, x], gate being a map of one channel. It may run in place.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

void scale_pixels(ConstMap input, ConstMap gate, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_shape(input, output));
    FEATHERFACE_ASSERT(same_size(gate, output) && gate.channels == 1);
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(gate, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, input, rows) && are_apart(output, gate, rows));
    const auto pixel = [&](float* out, const float* in, const float* factor) FEATHERFACE_LAMBDA {
        const Vec factors = *factor;
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, part.load(in + c) * factors);
        });
    };
    for_each_pixel(rows, pixel, output, input, gate);
}

}  // namespace
}  // namespace featherface::kernels
