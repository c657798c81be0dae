// output = activation(input), any Activation. In place allowed.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void activate_map(ConstMap input, Activation activation, float slope, Map output, Rows rows) {
    const Runs runs = pixel_runs(rows, output, input);
    with_any_activation(activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        const float* in = input.pixel(rows.begin, 0);
        float* out = output.pixel(rows.begin, 0);
        for (std::ptrdiff_t i = 0; i < runs.count; ++i) {
            for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                part.store(out + c, activate<decltype(epilogue)::value>(part.load(in + c), Vec(slope)));
            });
            in += input.pixel_stride;
            out += output.pixel_stride;
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
