// output = input * gate[y, x], gate being a map of one channel. In place allowed.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

void scale_pixels(ConstMap input, ConstMap gate, Map output, Rows rows) {
    const float* in = input.pixel(rows.begin, 0);
    const float* const end = input.pixel(rows.end, 0);
    const float* factor = gate.pixel(rows.begin, 0);
    float* out = output.pixel(rows.begin, 0);
    for (; in != end; in += input.pixel_stride, out += output.pixel_stride, factor += gate.pixel_stride) {
        const Vec factors = *factor;
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, part.load(in + c) * factors);
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
