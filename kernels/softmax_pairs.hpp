// Softmax over pairs, in place: of (a, b), 1 / (1 + exp(b - a)) and 1 / (1 + exp(a - b)).
#pragma once

#include "kernels/assert.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void softmax_pairs(float* values, Rows pairs) {
    FEATHERFACE_ASSERT(values != nullptr && pairs.begin >= 0 && pairs.begin <= pairs.end);
    float* first = values + 2 * static_cast<std::ptrdiff_t>(pairs.begin);
    for_each_vector(2 * static_cast<std::ptrdiff_t>(pairs.end - pairs.begin),
                    [&](std::ptrdiff_t i, auto part) FEATHERFACE_LAMBDA {
                        const Vec v = part.load(first + i);
                        part.store(first + i, sigmoid(v - rotate_lanes<2, 1>(v)));
                    });
}

}  // namespace
}  // namespace featherface::kernels
