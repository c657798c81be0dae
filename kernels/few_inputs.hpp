// Pointwise convolution from 8 channels to a register of them, where that has 16 lanes: whole tiles of
// pixels, the weights in registers all along, and addresses known when it is compiled. In the micro-kernel
// the address of a value is a sum of two registers, which makes two instructions of its multiply-add; with so
// few values that is what takes the time. Sums go in the same order.
#pragma once

#include "kernels/gemm_tile.hpp"

namespace featherface::kernels {
namespace {

constexpr int kFewInputs = kLanes == 16 ? 8 : 0;  // 0: they are not used
constexpr int kFewInputsPixels = 12;

// `in`: dense pixels. `packed`: scales, biases, then the weights by input. Returns how many of the output's
// pixels are in whole tiles, which are done.
template <int kInputs>
int few_inputs_tiles(const float* in, const float* packed, const TileOutput& output) {
    // The weights, the tile's sums, scale, bias and slope.
    static_assert(kInputs + kFewInputsPixels + 3 <= kRegisters);
    const Vec scale = load(packed), bias = load(packed + kLanes), slope = output.slope;
    Vec weights[kInputs];
    unroll<kInputs>([&](auto i) FEATHERFACE_LAMBDA {
        weights[i.value] = in_register(load(packed + (2 + i.value) * kLanes));
    });
    int pixel = 0;
    with_activation(ConvEpilogues{}, output.activation, [&](auto activation) FEATHERFACE_LAMBDA {
        for (; pixel + kFewInputsPixels <= output.pixels; pixel += kFewInputsPixels) {
            Vec sums[kFewInputsPixels];
            unroll<kFewInputsPixels>([&](auto p) FEATHERFACE_LAMBDA { sums[p.value] = Vec(0.0f); });
            unroll<kInputs>([&](auto i) FEATHERFACE_LAMBDA {
                unroll<kFewInputsPixels>([&](auto p) FEATHERFACE_LAMBDA {
                    sums[p.value] =
                        fma(Vec(in[p.value * kInputs + i.value]), weights[i.value], sums[p.value]);
                });
            });
            float* const out = output.data + pixel * output.pixel_step;
            unroll<kFewInputsPixels>([&](auto p) FEATHERFACE_LAMBDA {
                store(out + p.value * output.pixel_step,
                      activate<activation.value>(fma(sums[p.value], scale, bias), slope));
            });
            in += kFewInputsPixels * kInputs;
        }
    });
    return pixel;
}

}  // namespace
}  // namespace featherface::kernels
