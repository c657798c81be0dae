// output = input * gate[c]. It may run in place.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

void scale_channels(ConstMap input, const float* gate, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_shape(input, output));
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, input, rows));
    FEATHERFACE_ASSERT(gate != nullptr);
    const std::ptrdiff_t channels = output.channels;
    const auto pixel = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
        for_each_vector(channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, part.load(in + c) * part.load(gate + c));
        });
    };
    for_each_pixel(rows, pixel, output, input);
}

}  // namespace
}  // namespace featherface::kernels
