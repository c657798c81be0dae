// Depthwise 3x3 convolution, pad 1, stride 1 or 2. Vectors run over channels; a register of channels keeps
// its nine weights in registers while a tile of output pixels slides along the row, each input column loaded
// once per tile. The first and last columns, whose windows leave the map, are done one by one. Where it pays,
// all rows of a span of columns are done before the next span's.
//
// Packed: for each register of channels its scales, its biases, then the nine weights; zero in the lanes
// beyond the last channel.
#pragma once

#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

constexpr int kDepthwiseTaps = 9;
constexpr int kDepthwisePixels = kHasTiles ? 4 : 1;  // of a tile
// The weights, the tile's sums, one value; without a fused multiply-add a product besides.
static_assert(kDepthwiseTaps + kDepthwisePixels + 1 + (kHasFma ? 0 : 1) <= kRegisters);

bool conv_depthwise_supports(const ConvGeometry& g) {
    return g.groups == g.in_channels && g.groups == g.out_channels && g.kernel == 3 && g.pad == 1 &&
           (g.stride == 1 || g.stride == 2);
}

std::size_t conv_depthwise_packed_floats(const ConvGeometry& g) {
    return static_cast<std::size_t>(divide_up(g.out_channels, kLanes)) * kLanes * (2 + kDepthwiseTaps);
}

std::size_t conv_depthwise_scratch_floats(const ConvGeometry& /*geometry*/, int /*output_width*/) {
    return 0;
}

void conv_depthwise_pack(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    for (int first = 0; first < g.out_channels; first += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const int c = first + lane;
            for (int row = 0; row < 2 + kDepthwiseTaps; ++row) packed[row * kLanes + lane] = 0;
            if (c >= g.out_channels) continue;
            pack_epilogue(constants, c, packed + lane, kLanes);
            for (int tap = 0; tap < kDepthwiseTaps; ++tap) {
                packed[(2 + tap) * kLanes + lane] = constants.weights[c * kDepthwiseTaps + tap];
            }
        }
        packed += (2 + kDepthwiseTaps) * kLanes;
    }
}

// The three input rows of an output row, at some channel of column 0; null where outside the map.
struct DepthwiseRows {
    const float* row[3];
    std::ptrdiff_t pixel_step;
    int width;
};

// `kPixels` output pixels whose windows start at input column `left`. kInside: all their columns are in the
// map.
template <int kStride, int kPixels, bool kInside, class Part>
FEATHERFACE_INLINE void depthwise_tile(const DepthwiseRows& in, int left,
                                       const Vec (&weights)[kDepthwiseTaps], Vec (&sums)[kPixels],
                                       Part part) {
    constexpr int kColumns = (kPixels - 1) * kStride + 3;
    const auto add_row = [&](int ky) FEATHERFACE_LAMBDA {
        if (in.row[ky] == nullptr) return;
        // It points at the first column, which only a window inside the map has.
        const float* const first = in.row[ky] + (kInside ? left * in.pixel_step : 0);
        unroll<kColumns>([&](auto column) FEATHERFACE_LAMBDA {
            const int from_first = kInside ? column.value : left + column.value;
            if (!kInside && (from_first < 0 || from_first >= in.width)) return;
            const Vec value = part.load(first + from_first * in.pixel_step);
            unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
                constexpr int kx = column.value - p.value * kStride;
                if constexpr (kx >= 0 && kx < 3) {
                    sums[p.value] = fma(value, weights[ky * 3 + kx], sums[p.value]);
                }
            });
        });
    };
    add_row(0);
    add_row(1);
    add_row(2);
}

// Output pixels [begin, end) of a row, one register of channels.
template <int kStride, Activation kActivation, class Part>
FEATHERFACE_INLINE void depthwise_span(const ConvArgs& args, const DepthwiseRows& in, const float* packed,
                                       float* out, int begin, int end, Part part) {
    const Vec scale = load(packed), bias = load(packed + kLanes);
    Vec weights[kDepthwiseTaps];
    unroll<kDepthwiseTaps>(
        [&](auto i) FEATHERFACE_LAMBDA { weights[i.value] = load(packed + (2 + i.value) * kLanes); });
    const Vec slope = args.slope;
    const std::ptrdiff_t out_step = args.output.pixel_stride;

    const auto pixels = [&](int x, auto count, auto inside) FEATHERFACE_LAMBDA {
        constexpr int kPixels = count.value;
        Vec sums[kPixels];
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA { sums[p.value] = Vec(0.0f); });
        depthwise_tile<kStride, kPixels, inside.value != 0>(in, x * kStride - 1, weights, sums, part);
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
            part.store(out + (x + p.value) * out_step,
                       activate<kActivation>(fma(sums[p.value], scale, bias), slope));
        });
    };
    // Windows of pixels [1, inner_end) lie inside the map.
    const int inner_end = min_of((in.width - 2) / kStride + 1, end);
    for (int x = begin; x < end;) {
        if (x == 0 || x >= inner_end) {
            pixels(x, Index<1>{}, Index<0>{});
            ++x;
        } else if (kDepthwisePixels > 1 && x + kDepthwisePixels > inner_end) {
            pixels(x, Index<1>{}, Index<1>{});
            ++x;
        } else {
            pixels(x, Index<kDepthwisePixels>{}, Index<1>{});
            x += kDepthwisePixels;
        }
    }
}

// Pixels in a span, of which three rows of the input stay in L1 while every register of channels passes over
// them, and two of the three until the next output row. That pays where a register of 8 lanes is half of a
// cache line: one of 16 is all of it and asks for no line twice, and with 4 the arithmetic takes longer than
// L2.
constexpr int kDepthwiseSpanFloats = 1024;
FEATHERFACE_INLINE int depthwise_span_pixels(const Map& output) {
    if (kLanes != 8) return output.width;
    return max_of(kDepthwiseSpanFloats / output.channels / kDepthwisePixels, 1) * kDepthwisePixels;
}

template <int kStride, Activation kActivation>
void depthwise_rows(const ConvArgs& args, Rows rows) {
    const ConstMap& input = args.input;
    const int width = args.output.width, span = depthwise_span_pixels(args.output);
    // (The first span has a pixel more, the first, which is no part of a tile.)
    for (int begin = 0, end = 0; begin < width; begin = end) {
        end = min_of(max_of(begin, 1) + span, width);
        for (int y = rows.begin; y < rows.end; ++y) {
            const int top = y * kStride - 1;
            for_each_vector(args.output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                DepthwiseRows in{{}, input.pixel_stride, input.width};
                for (int ky = 0; ky < 3; ++ky) {
                    const bool inside = top + ky >= 0 && top + ky < input.height;
                    in.row[ky] = inside ? input.pixel(top + ky, 0) + c : nullptr;
                }
                depthwise_span<kStride, kActivation>(args, in, args.weights + c * (2 + kDepthwiseTaps),
                                                     args.output.pixel(y, 0) + c, begin, end, part);
            });
        }
    }
}

void conv_depthwise(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(conv_depthwise_supports(args.geometry));
    check_conv(args, rows, 1);
    with_activation(ConvEpilogues{}, args.activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        if (args.geometry.stride == 1) {
            depthwise_rows<1, epilogue.value>(args, rows);
        } else {
            depthwise_rows<2, epilogue.value>(args, rows);
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
