// The stem with registers of pixels: an output channel has an accumulator of its own, and weights are
// broadcast.
//
//    planes of an input row                      output channels 0 to 7
//    +-----------------+                    +---+---+---+---+---+---+---+---+
//    | even columns, B |   one register     |   |   |   |   |   |   |   |   |  += register * weight[o]
//    | ...             |   of a plane at  ->|   sums[v][o]: pixels x + v * kLanes ...               |
//    | odd columns, R  |   a time           |   |   |   |   |   |   |   |   |
//    +-----------------+                    +---+---+---+---+---+---+---+---+
//
// For that a row of the input is first taken apart into planes, one for the even and one for the odd columns
// of each channel, padded with zeros; two output rows share an input row, which is taken apart once.
#pragma once

#include "kernels/interleave.hpp"
#include "kernels/stem_rows.hpp"

namespace featherface::kernels {
namespace {

constexpr int kStemPlanes = kStemInputs * kStemStride;
constexpr int kStemVectors = kRegisters == 32 ? 2 : 1;  // registers of pixels in a tile
constexpr int kStemTile = kStemVectors * kLanes;
// Accumulators, values and one weight.
static_assert((kStemOutputs + 1) * kStemVectors + 1 <= kRegisters);
static_assert(kStemPlanes == kSix && kStemOutputs == kEight);

// A plane has a value per output pixel, rounded up to whole tiles, behind a register that ends in what the
// first pixel's window has to its left.
FEATHERFACE_INLINE int stem_plane_pixels(int output_width) {
    return divide_up(output_width, kStemTile) * kStemTile;
}
FEATHERFACE_INLINE std::ptrdiff_t stem_plane_floats(int output_width) {
    return kLanes + stem_plane_pixels(output_width);
}

// The planes of the three rows of a window, a register's pixels, and a row of the input.
FEATHERFACE_INLINE std::ptrdiff_t stem_planes_floats(int output_width) {
    return kStemPlanes * stem_plane_floats(output_width);
}
std::size_t stem_scratch_floats(int output_width) {
    return static_cast<std::size_t>(kStemKernel * stem_planes_floats(output_width) + kLanes * kStemOutputs +
                                    kStemPlanes * output_width);
}

// Takes row y of the input apart: pixel x of plane (odd ? 3 : 0) + c is channel c of column 2 * x + odd.
FEATHERFACE_INLINE void fill_planes(const ConstMap& input, int y, int output_width, float* planes) {
    const std::ptrdiff_t plane_floats = stem_plane_floats(output_width);
    const float* const in = input.pixel(y, 0);
    int x = 0;
    if (input.pixel_stride == kStemInputs) {
        for (; kStemStride * (x + kLanes) <= input.width; x += kLanes) {
            Vec values[kStemPlanes];
            load_sixes(in + kStemPlanes * x, values);
            unroll<kStemPlanes>([&](auto n) FEATHERFACE_LAMBDA {
                store(planes + n.value * plane_floats + kLanes + x, values[n.value]);
            });
        }
    }
    for (int n = 0; n < kStemPlanes; ++n) {
        float* const plane = planes + n * plane_floats + kLanes;
        plane[-1] = 0;
        for (int pixel = x; pixel < stem_plane_pixels(output_width); ++pixel) {
            const int column = kStemStride * pixel + n / kStemInputs;
            plane[pixel] =
                column < input.width
                    ? in[static_cast<std::ptrdiff_t>(column) * input.pixel_stride + n % kStemInputs]
                    : 0.0f;
        }
    }
}

// Planes of the rows that a window's three rows meet, null outside the map.
using StemRows = const float* [kStemKernel];

// The products of a tile's pixels, from x on.
FEATHERFACE_INLINE void stem_tile(const StemRows& rows, std::ptrdiff_t plane_floats, int x,
                                  const float* weights, Vec (&sums)[kStemVectors][kStemOutputs]) {
    unroll<kStemVectors>([&](auto v) FEATHERFACE_LAMBDA {
        unroll<kStemOutputs>([&](auto o) FEATHERFACE_LAMBDA { sums[v.value][o.value] = Vec(0.0f); });
    });
    for (int ky = 0; ky < kStemKernel; ++ky) {
        if (rows[ky] == nullptr) {
            weights += kStemRowWeights;
            continue;
        }
        const float* const even = rows[ky] + kLanes + x;
        const float* const odd = even + kStemInputs * plane_floats;
        for (int kx = 0; kx < kStemKernel; ++kx) {
            // Columns 2 * x - 1, 2 * x and 2 * x + 1: the first is the odd one of the pixel before.
            const float* const in = kx == 1 ? even : odd - (kx == 0 ? 1 : 0);
            unroll<kStemInputs>([&](auto c) FEATHERFACE_LAMBDA {
                Vec values[kStemVectors];
                unroll<kStemVectors>([&](auto v) FEATHERFACE_LAMBDA {
                    values[v.value] = load(in + c.value * plane_floats + v.value * kLanes);
                });
                unroll<kStemOutputs>([&](auto o) FEATHERFACE_LAMBDA {
                    const Vec weight = weights[c.value * kStemOutputs + o.value];
                    unroll<kStemVectors>([&](auto v) FEATHERFACE_LAMBDA {
                        sums[v.value][o.value] = fma(values[v.value], weight, sums[v.value][o.value]);
                    });
                });
            });
            weights += kStemInputs * kStemOutputs;
        }
    }
}

// The first `count` of the pixels in `block` to the output, from (y, x) on.
[[gnu::noinline]] void copy_pixels(const float* block, int count, const Map& output, int y, int x) {
    for (int pixel = 0; pixel < count; ++pixel) {
        float* const out = output.pixel(y, x + pixel);
        for (int c = 0; c < kStemOutputs; ++c) out[c] = block[pixel * kStemOutputs + c];
    }
}

void stem_row(const ConvArgs& args, const StemRows& rows, int y, float* block) {
    const float* const scales = args.weights;
    const float* const biases = scales + kStemOutputs;
    const Map& output = args.output;
    const std::ptrdiff_t plane_floats = stem_plane_floats(output.width);
    for (int x = 0; x < output.width; x += kStemTile) {
        Vec sums[kStemVectors][kStemOutputs];
        stem_tile(rows, plane_floats, x, biases + kStemOutputs, sums);
        with_activation(ConvEpilogues{}, args.activation, [&](auto activation) FEATHERFACE_LAMBDA {
            unroll<kStemOutputs>([&](auto o) FEATHERFACE_LAMBDA {
                unroll<kStemVectors>([&](auto v) FEATHERFACE_LAMBDA {
                    Vec& sum = sums[v.value][o.value];
                    sum = activate<activation.value>(fma(sum, Vec(scales[o.value]), Vec(biases[o.value])),
                                                     Vec(args.slope));
                });
            });
        });
        unroll<kStemVectors>([&](auto v) FEATHERFACE_LAMBDA {
            // A register's pixels go to the output where they lie one behind the other there, all of them.
            const int first = x + v.value * kLanes, pixels = min_of(output.width - first, kLanes);
            const bool whole = pixels == kLanes && output.pixel_stride == kStemOutputs;
            if (pixels <= 0) return;
            store_eights(whole ? output.pixel(y, first) : block, sums[v.value]);
            if (!whole) copy_pixels(block, pixels, output, y, first);
        });
    }
}

void stem_rows(const ConvArgs& args, Rows rows) {
    const std::ptrdiff_t floats = stem_planes_floats(args.output.width);
    float* const block = args.scratch + kStemKernel * floats;
    float* const row = block + kLanes * kStemOutputs;
    // The planes of input row y lie in slot y % 3; each is filled once, when the first output row needs it.
    const auto slot_of = [&](int y) FEATHERFACE_LAMBDA { return args.scratch + y % kStemKernel * floats; };
    int filled = max_of(rows.begin * kStemStride - 1, 0);
    for (int y = rows.begin; y < rows.end; ++y) {
        const int top = y * kStemStride - 1;
        for (; filled < min_of(top + kStemKernel, args.input.height); ++filled)
            fill_planes(with_stem_row(args, filled, row), filled, args.output.width, slot_of(filled));
        StemRows window;
        for (int ky = 0; ky < kStemKernel; ++ky) {
            const bool inside = top + ky >= 0 && top + ky < args.input.height;
            window[ky] = inside ? slot_of(top + ky) : nullptr;
        }
        stem_row(args, window, y, block);
    }
}

}  // namespace
}  // namespace featherface::kernels
