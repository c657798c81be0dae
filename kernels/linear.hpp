// output[o] = activation(sum over i of weights[o * in + i] * input[i] + bias[o]); bias may be null. Each
// output is a dot product of kLanes partial sums added as a tree. The output must not overlap what is read.
#pragma once

#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void linear(const float* input, int in, const float* weights, const float* bias, Activation activation,
            float* output, int out) {
    FEATHERFACE_ASSERT(in > 0 && out > 0);
    FEATHERFACE_ASSERT(input != nullptr && weights != nullptr && output != nullptr);
    FEATHERFACE_ASSERT(ranges_apart(output, out, input, in));
    require(LinearEpilogues{}, activation);
    for (int o = 0; o < out; ++o) {
        const float* row = weights + static_cast<std::ptrdiff_t>(o) * in;
        Vec sum(0.0f);
        for_each_vector(in, [&](std::ptrdiff_t i, auto part) FEATHERFACE_LAMBDA {
            sum = fma(part.load(row + i), part.load(input + i), sum);
        });
        output[o] = sum_lanes(sum) + (bias != nullptr ? bias[o] : 0.0f);
    }
    with_activation(LinearEpilogues{}, activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        for_each_vector(out, [&](std::ptrdiff_t o, auto part) FEATHERFACE_LAMBDA {
            part.store(output + o, activate<epilogue.value>(part.load(output + o), Vec(0.0f)));
        });
    });
}

}  // namespace
}  // namespace featherface::kernels
