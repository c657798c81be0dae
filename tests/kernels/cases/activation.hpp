// What each activation is, in double precision.
#pragma once

#include <algorithm>
#include <cmath>

#include "tests/kernels/test_map.hpp"

namespace featherface::test {

using kernels::Activation;

inline double exact_activation(Activation activation, double x, double slope) {
    switch (activation) {
        case Activation::none: return x;
        case Activation::relu: return std::max(x, 0.0);
        case Activation::leaky_relu: return x > 0 ? x : slope * x;
        case Activation::sigmoid: return 1 / (1 + std::exp(-x));
        case Activation::swish: return x / (1 + std::exp(-x));
    }
    return kNaN;
}

// The activation of a value with an error: the epilogues of convolutions make no error larger.
inline Expected activated(const Expected& e, Activation activation, double slope) {
    return {exact_activation(activation, e.value, slope), e.tolerance};
}

}  // namespace featherface::test
