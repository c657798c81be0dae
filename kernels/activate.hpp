// output = activation(input), any Activation. It may run in place.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void activate(ConstMap input, Activation activation, float slope, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_shape(input, output));
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, input, rows));
    require(AllActivations{}, activation);
    FEATHERFACE_ASSERT(is_slope(activation, slope));
    const Runs runs = count_runs(rows, output, input);
    with_activation(AllActivations{}, activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        const auto run = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
            for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                part.store(out + c, activate<epilogue.value>(part.load(in + c), Vec(slope)));
            });
        };
        for_each_run(runs, rows, run, output, input);
    });
}

}  // namespace
}  // namespace featherface::kernels
