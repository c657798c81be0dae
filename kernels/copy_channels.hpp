// output(y, x, c) = input(y, x, source[c]); without `source`, a plain copy (concatenation writes slices with
// it).
#pragma once

#include "kernels/pixels.hpp"

namespace featherface::kernels {
namespace {

void copy_channels(ConstMap input, const int* source, Map output, Rows rows) {
    const float* in = input.pixel(rows.begin, 0);
    float* out = output.pixel(rows.begin, 0);
    const std::ptrdiff_t pixels = static_cast<std::ptrdiff_t>(rows.end - rows.begin) * output.width;
    if (source != nullptr) {
        for (std::ptrdiff_t i = 0; i < pixels; ++i, in += input.pixel_stride, out += output.pixel_stride) {
            for (int c = 0; c < output.channels; ++c) out[c] = in[source[c]];
        }
        return;
    }
    const Runs runs = pixel_runs(rows, output, input);
    for (std::ptrdiff_t i = 0; i < runs.count; ++i, in += input.pixel_stride, out += output.pixel_stride) {
        for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part)
                                         FEATHERFACE_LAMBDA { part.store(out + c, part.load(in + c)); });
    }
}

}  // namespace
}  // namespace featherface::kernels
