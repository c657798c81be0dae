// output = input * gate[c]. In place allowed.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

void scale_channels(ConstMap input, const float* gate, Map output, Rows rows) {
    const float* in = input.pixel(rows.begin, 0);
    const float* const end = input.pixel(rows.end, 0);
    float* out = output.pixel(rows.begin, 0);
    for (; in != end; in += input.pixel_stride, out += output.pixel_stride) {
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, part.load(in + c) * part.load(gate + c));
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
