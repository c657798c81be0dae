// The micro-kernel at the heart of every convolution but the depthwise one: a tile of consecutive output
// pixels times a block of output channels, all accumulators in registers. It walks the values each pixel's
// window covers, and for every value loads the block's weights once, broadcasts one input per pixel and does
// one fused multiply-add per accumulator. AVX2's tile of 6 pixels and a block of 2 registers, in 15 of its 16
// registers:
//
//                          the value's weights, a row of the packed block
//                          +-----------------+-----------------+
//                          |    weight[0]    |    weight[1]    |   2 registers
//                          +-----------------+-----------------+
//    values of the         output channels 0-7       8-15
//    windows               +-----------------+-----------------+
//    +---------+  pixel 0  |                 |                 |
//    |         |        1  |   sums[p][0]    |   sums[p][1]    |
//    | of p, 1 |        2  |                 |                 |
//    | register|        3  |  += value of p  |  += value of p  |   6 x 2 registers
//    | at a    |        4  |   * weight[0]   |   * weight[1]   |
//    | time    |        5  |                 |                 |
//    +---------+           +-----------------+-----------------+
//
// The window is described as runs of consecutive floats, so one loop serves a pixel (pointwise), a KxK window
// of a dense map (K runs of K * channels), the same in a slice of a wider map (K * K runs of `channels`) and
// a column of samples. The sum of an output element always goes over the runs in order, then comes scale
// and bias, whatever tile it is computed in.
#pragma once

#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

// Registers of output channels in the widest block, and pixels in the largest tile: what fits the register
// file, with enough independent sums to hide the latency of a multiply-add.
constexpr int kMaxVectors = 2;
template <int kVectors>
constexpr int kTilePixels = !kHasTiles         ? 1
                            : kRegisters == 32 ? 12
                                               : (kHasFma ? 6 : 4) * (kMaxVectors / kVectors);

// Accumulators, weights and one broadcast; without a fused multiply-add a product besides.
template <int kVectors>
constexpr int kTileRegisters = kTilePixels<kVectors>* kVectors + kVectors + 1 + (kHasFma ? 0 : 1);
static_assert(kTileRegisters<1> <= kRegisters && kTileRegisters<kMaxVectors> <= kRegisters);

// A sum of four pieces or more is taken piece by piece, each summed by itself: roundings grow with the length
// of a chain. Without a fused multiply-add every product is rounded besides every sum.
constexpr int kNoPieces = 0;
constexpr int kDefaultPiece = kHasFma ? kNoPieces : 32;

// f(Index<n>{}) is called, n being the pixels of the smallest tile that holds `left` pixels, or else of the
// largest: what remains of a row is not paid for as a whole tile. n is returned.
template <int kVectors, class F>
FEATHERFACE_INLINE int with_tile(int left, const F& f) {
    constexpr int kLargest = kTilePixels<kVectors>, kMiddle = 2 * kLargest / 3, kSmallest = kLargest / 3;
    if constexpr (kLargest > 1) {
        if (left > kMiddle) return f(Index<kLargest>{}), kLargest;
        if (left > kSmallest) return f(Index<kMiddle>{}), kMiddle;
        return f(Index<kSmallest>{}), kSmallest;
    } else {
        return f(Index<1>{}), 1;
    }
}

// The window of a tile's first pixel: `rows` x `segments` runs of `length` floats. The next pixel's is
// `pixel_step` on.
struct Window {
    const float* data;
    std::ptrdiff_t pixel_step;
    int rows;
    std::ptrdiff_t row_step;
    int segments;
    std::ptrdiff_t segment_step;
    int length;
};

// The pieces of a long sum that are complete, for each accumulator of a tile. A loop over the values of one
// piece does not touch them, so that they can wait in memory while the sums have the registers.
template <int kPixels, int kVectors, int kPiece>
class Pieces {
  public:
    using Sums = Vec[kPixels][kVectors];

    FEATHERFACE_INLINE explicit Pieces(const Window& window) {
        const int values = window.rows * window.segments * window.length;
        left_ = values < 4 * kPiece ? values + 1 : kPiece;
        each([&](auto p, auto v) FEATHERFACE_LAMBDA { totals_[p.value][v.value] = Vec(0.0f); });
    }
    // How many of the next `count` values the current piece has.
    FEATHERFACE_INLINE std::ptrdiff_t take(std::ptrdiff_t count) {
        const int taken = min_of(static_cast<int>(count), left_);
        left_ -= taken;
        return taken;
    }
    FEATHERFACE_INLINE void after_values(Sums& sums) {
        if (left_ > 0) return;
        left_ = kPiece;
        each([&](auto p, auto v) FEATHERFACE_LAMBDA {
            totals_[p.value][v.value] += sums[p.value][v.value];
            sums[p.value][v.value] = Vec(0.0f);
        });
    }
    FEATHERFACE_INLINE void add_to(Sums& sums) const {
        each([&](auto p, auto v) FEATHERFACE_LAMBDA { sums[p.value][v.value] += totals_[p.value][v.value]; });
    }

  private:
    template <class F>
    FEATHERFACE_INLINE static void each(const F& f) {
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
            unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA { f(p, v); });
        });
    }

    Sums totals_;
    int left_;
};
template <int kPixels, int kVectors>
struct Pieces<kPixels, kVectors, kNoPieces> {
    using Sums = Vec[kPixels][kVectors];
    FEATHERFACE_INLINE explicit Pieces(const Window& /*window*/) {}
    FEATHERFACE_INLINE std::ptrdiff_t take(std::ptrdiff_t count) { return count; }
    FEATHERFACE_INLINE void after_values(Sums& /*sums*/) {}
    FEATHERFACE_INLINE void add_to(Sums& /*sums*/) const {}
};

// `weights`: for each value of the window, in order, a row of kVectors registers. finish(sums) gets
// sums[pixel][vector].
template <int kPixels, int kVectors, int kPiece = kDefaultPiece, class Finish>
FEATHERFACE_INLINE void gemm_tile(const Window& window, const float* weights, const Finish& finish) {
    Vec sums[kPixels][kVectors];
    unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA { sums[p.value][v.value] = Vec(0.0f); });
    });
    Pieces<kPixels, kVectors, kPiece> pieces(window);

    for (int row = 0; row < window.rows; ++row) {
        for (int segment = 0; segment < window.segments; ++segment) {
            const float* in = window.data + row * window.row_step + segment * window.segment_step;
            const float* const end = in + window.length;
            while (in != end) {
                const float* const piece_end = in + pieces.take(end - in);
                for (; in != piece_end; ++in, weights += kVectors * kLanes) {
                    Vec weight[kVectors];
                    unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
                        weight[v.value] = load(weights + v.value * kLanes);
                    });
                    unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
                        const Vec value = in[p.value * window.pixel_step];
                        unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
                            sums[p.value][v.value] = fma(value, weight[v.value], sums[p.value][v.value]);
                        });
                    });
                }
                pieces.after_values(sums);
            }
        }
    }
    pieces.add_to(sums);
    finish(sums);
}

// Where a tile's results go: the first `pixels` of the tile and the first `channels` of the block are stored.
struct TileOutput {
    float* data;
    std::ptrdiff_t pixel_step;
    int pixels;
    int channels;
    Activation activation;
    float slope;
};

// activation(sums * scale + bias) is stored. `epilogue`: kVectors registers of scales, then as many of
// biases. Whether all of the tile and the block is stored is asked once: with few inputs a tile's sums take
// no longer than this.
template <int kPixels, int kVectors>
FEATHERFACE_INLINE void store_tile(const Vec (&sums)[kPixels][kVectors], const float* epilogue,
                                   const TileOutput& output) {
    const Vec slope = output.slope;
    const auto store_all = [&](auto activation, const auto& store_result) FEATHERFACE_LAMBDA {
        unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
            const Vec scale = load(epilogue + v.value * kLanes);
            const Vec bias = load(epilogue + (kVectors + v.value) * kLanes);
            unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
                store_result(p, v,
                             activate<activation.value>(fma(sums[p.value][v.value], scale, bias), slope));
            });
        });
    };
    with_activation(ConvEpilogues{}, output.activation, [&](auto activation) FEATHERFACE_LAMBDA {
        if (output.pixels == kPixels && output.channels == kVectors * kLanes) {
            store_all(activation, [&](auto p, auto v, Vec result) FEATHERFACE_LAMBDA {
                store(output.data + p.value * output.pixel_step + v.value * kLanes, result);
            });
        } else {
            store_all(activation, [&](auto p, auto v, Vec result) FEATHERFACE_LAMBDA {
                if (p.value >= output.pixels) return;
                store_partial(output.data + p.value * output.pixel_step + v.value * kLanes, result,
                              min_of(output.channels - v.value * kLanes, kLanes));
            });
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
