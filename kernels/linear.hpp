// output[o] = activation(sum over i of weights[o * in + i] * input[i] + bias[o]); bias may be null. Each
// output is a dot product of kLanes partial sums added as a tree. `slope`-free activations only (leaky_relu
// acts as relu here).
#pragma once

#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void linear(const float* input, int in, const float* weights, const float* bias, Activation activation,
            float* output, int out) {
    for (int o = 0; o < out; ++o) {
        const float* row = weights + static_cast<std::ptrdiff_t>(o) * in;
        Vec sum(0.0f);
        for_each_vector(in, [&](std::ptrdiff_t i, auto part) FEATHERFACE_LAMBDA {
            sum = fma(part.load(row + i), part.load(input + i), sum);
        });
        output[o] = sum_lanes(sum) + (bias != nullptr ? bias[o] : 0.0f);
    }
    with_any_activation(activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        for_each_vector(out, [&](std::ptrdiff_t o, auto part) FEATHERFACE_LAMBDA {
            part.store(output + o, activate<decltype(epilogue)::value>(part.load(output + o), Vec(0.0f)));
        });
    });
}

}  // namespace
}  // namespace featherface::kernels
