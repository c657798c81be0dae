// output = input * scale[c] + shift[c], rounded once where the architecture can. In place allowed.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

void scale_shift(ConstMap input, const float* scale, const float* shift, Map output, Rows rows) {
    const float* in = input.pixel(rows.begin, 0);
    const float* const end = input.pixel(rows.end, 0);
    float* out = output.pixel(rows.begin, 0);
    for (; in != end; in += input.pixel_stride, out += output.pixel_stride) {
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, fma(part.load(in + c), part.load(scale + c), part.load(shift + c)));
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
