// output = input * scale[c] + shift[c], rounded once where the architecture can: BatchNorm in eval mode. The
// last, partial register of a pixel's channels runs the same arithmetic as the others. It may run in place.
//
// The smallest kernel there is, and the one to begin a new one from: CONTRIBUTING.md, "Adding a kernel".
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

void scale_shift(ConstMap input, const float* scale, const float* shift, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_shape(input, output));
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, input, rows));
    FEATHERFACE_ASSERT(scale != nullptr && shift != nullptr);
    const auto pixel = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, fma(part.load(in + c), part.load(scale + c), part.load(shift + c)));
        });
    };
    for_each_pixel(rows, pixel, output, input);
}

}  // namespace
}  // namespace featherface::kernels
