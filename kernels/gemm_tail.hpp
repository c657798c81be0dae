// The micro-kernel for a register of output channels and kTail more, with registers of 16 lanes. Those few
// channels, the tail, of four pixels share a register, where a register of each pixel's own would be three
// quarters zeros:
//
//             quarter 0         1                 2                 3
//             +-----------------+-----------------+-----------------+-----------------+
//   tails[0]  | pixel 0: 4 sums | pixel 1: 4 sums | pixel 2: 4 sums | pixel 3: 4 sums |
//             +-----------------+-----------------+-----------------+-----------------+
//                += the pixel's value, spread in its quarter, * the tail's four weights
//
// Four values of each pixel are loaded at once, so that runs have to be of whole quarters. Every sum is the
// one that gemm_tile would take.
#pragma once

#include "kernels/gemm_tile.hpp"

namespace featherface::kernels {
namespace {

constexpr int kTail = kQuarter;

#if defined(FEATHERFACE_ARCH_AVX512) && !defined(FEATHERFACE_V2_ALONE)  // V2 has no such convolution
constexpr bool kHasTails = true;
static_assert(kDefaultPiece == kNoPieces);

// `weights`: for each value of the window, in order, a register and kTail more. finish(sums, tails) gets
// sums[pixel][0] and tails[pixel / 4].
template <int kPixels, class Finish>
FEATHERFACE_INLINE void gemm_tile_with_tail(const Window& window, const float* weights,
                                            const Finish& finish) {
    static_assert(kPixels % 4 == 0);
    constexpr int kTails = kPixels / 4;
    Vec sums[kPixels][1], tails[kTails];
    unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA { sums[p.value][0] = Vec(0.0f); });
    unroll<kTails>([&](auto t) FEATHERFACE_LAMBDA { tails[t.value] = Vec(0.0f); });
    for (int row = 0; row < window.rows; ++row) {
        for (int segment = 0; segment < window.segments; ++segment) {
            const float* in = window.data + row * window.row_step + segment * window.segment_step;
            for (const float* const end = in + window.length; in != end; in += kQuarter) {
                Vec values[kTails];
                unroll<kTails>([&](auto t) FEATHERFACE_LAMBDA {
                    values[t.value] = load_quarters(in + 4 * t.value * window.pixel_step, window.pixel_step);
                });
                unroll<kQuarter>([&](auto i) FEATHERFACE_LAMBDA {
                    const Vec weight = load(weights), tail_weight = repeat_quarter(weights + kLanes);
                    weights += kLanes + kTail;
                    unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
                        const Vec value = in[p.value * window.pixel_step + i.value];
                        sums[p.value][0] = fma(value, weight, sums[p.value][0]);
                    });
                    unroll<kTails>([&](auto t) FEATHERFACE_LAMBDA {
                        tails[t.value] =
                            fma(spread_in_quarters<i.value>(values[t.value]), tail_weight, tails[t.value]);
                    });
                });
            }
        }
    }
    finish(sums, tails);
}

// activation(tails * scale + bias) is stored at output.data, of the first output.pixels pixels. `epilogue`:
// kTail scales, then as many biases.
template <int kTails>
FEATHERFACE_INLINE void store_tails(const Vec (&tails)[kTails], const float* epilogue,
                                    const TileOutput& output) {
    const Vec scale = repeat_quarter(epilogue), bias = repeat_quarter(epilogue + kTail);
    const Vec slope = output.slope;
    with_activation(ConvEpilogues{}, output.activation, [&](auto activation) FEATHERFACE_LAMBDA {
        unroll<kTails>([&](auto t) FEATHERFACE_LAMBDA {
            const Vec result = activate<activation.value>(fma(tails[t.value], scale, bias), slope);
            unroll<4>([&](auto q) FEATHERFACE_LAMBDA {
                constexpr int kPixel = 4 * t.value + q.value;
                if (kPixel < output.pixels)
                    store_quarter<q.value>(output.data + kPixel * output.pixel_step, result);
            });
        });
    });
}
#else
constexpr bool kHasTails = false;
#endif

FEATHERFACE_INLINE bool can_have_tail(const ConvGeometry& g) {
    return kHasTails && g.groups == 1 && g.in_channels % kQuarter == 0;
}

}  // namespace
}  // namespace featherface::kernels
