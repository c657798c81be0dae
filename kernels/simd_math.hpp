// exp, sigmoid, swish and the activations on registers. exp is within 1 ulp with a fused multiply-add (2
// without), over the whole range: overflow gives infinity, underflow goes through the subnormals to 0 (on 32-bit
// ARM past them), NaN stays NaN.
#pragma once

#include "kernels/assert.hpp"
#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

// v * 2^n for integral n in [-252, 254], rounded once.
FEATHERFACE_INLINE Vec scale_by_power_of_2(Vec v, Vec n, IntVec n_int) {
#if defined(FEATHERFACE_ARCH_AVX512)
    (void)n_int;
    return _mm512_scalef_ps(v, n);
#else
    // 2^n goes in as two factors, as it may be beyond the range alone; only the second product can round.
    (void)n;
    const IntVec half = n_int >> 1;
    const IntVec bias = 127;
    return v * float_of_bits((half + bias) << 23) * float_of_bits((n_int - half + bias) << 23);
#endif
}

// exp(x) = 2^n * exp(r), n = round(x / ln 2), |r| <= ln(2) / 2; exp(r) = 1 + r + r^2 P(r), with P the minimax
// polynomial of degree 4 for the relative error of exp(r) on that interval (3.1e-9).
FEATHERFACE_INLINE Vec exp(Vec x) {
    constexpr float kLog2E = 1.44269504f;
    constexpr float kLn2High = 0.693359375f;    // 9 bits: its product with n is exact
    constexpr float kLn2Low = -2.12194440e-4f;  // ln 2 - kLn2High
    constexpr float kRounder =
        12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    x = min_constant(max_constant(x, Vec(-105.0f)), Vec(89.0f));  // exp is 0 below, infinite above
    const Vec shifted = fma(x, Vec(kLog2E), Vec(kRounder));
    const Vec n = shifted - Vec(kRounder);
    const IntVec n_int = bits_of(shifted) - bits_of(Vec(kRounder));
    const Vec r = fma(n, Vec(-kLn2Low), fma(n, Vec(-kLn2High), x));
    Vec p = Vec(1.3814540579915047e-3f);
    p = fma(p, r, Vec(8.3687454462051392e-3f));
    p = fma(p, r, Vec(4.1668388992547989e-2f));
    p = fma(p, r, Vec(1.6666521131992340e-1f));
    p = fma(p, r, Vec(4.9999994039535522e-1f));
    return scale_by_power_of_2(Vec(1.0f) + fma(r * r, p, r), n, n_int);
}

FEATHERFACE_INLINE Vec sigmoid(Vec x) {
    return divide(Vec(1.0f), Vec(1.0f) + exp(-x));
}
FEATHERFACE_INLINE Vec swish(Vec x) {
    return divide(x, Vec(1.0f) + exp(-x));
}

// What each activation computes. One that is not here does not compile.
template <Activation kActivation>
FEATHERFACE_INLINE Vec activate(Vec x, [[maybe_unused]] Vec slope) {
    if constexpr (kActivation == Activation::relu) {
        return max_constant(x, Vec(0.0f));
    } else if constexpr (kActivation == Activation::leaky_relu) {
        return max_or_second(x * slope, x);
    } else if constexpr (kActivation == Activation::sigmoid) {
        return sigmoid(x);
    } else if constexpr (kActivation == Activation::swish) {
        return swish(x);
    } else {
        static_assert(kActivation == Activation::none);
        return x;
    }
}

// What a kernel with activations begins with: one that it lacks ends the program, in every build, as its
// outputs without it would be wrong numbers that nobody notices.
template <class List>
FEATHERFACE_INLINE void require(List, Activation activation) {
    FEATHERFACE_ASSERT(List::has(activation));
    if (!List::has(activation)) __builtin_trap();
}

// f(Epilogue<a>{}) is called for that one of the list that a kernel is asked for at run time, and which it
// required.
template <Activation kActivation>
struct Epilogue {
    static constexpr Activation value = kActivation;
};
template <Activation... kMembers, class F>
FEATHERFACE_INLINE void with_activation(Activations<kMembers...>, Activation activation, const F& f) {
    const bool is_known = (... || (activation == kMembers && (f(Epilogue<kMembers>{}), true)));
    FEATHERFACE_ASSERT(is_known);
    if (!is_known) __builtin_unreachable();
}

// Scale and bias of an output channel, `step` floats apart: how every packing begins.
FEATHERFACE_INLINE void pack_epilogue(const ConvConstants& constants, int channel, float* packed, int step) {
    packed[0] = constants.scale != nullptr ? constants.scale[channel] : 1.0f;
    packed[step] = constants.bias != nullptr ? constants.bias[channel] : 0.0f;
}

}  // namespace
}  // namespace featherface::kernels
