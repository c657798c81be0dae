// Depthwise 3x3 convolution, pad 1, stride 1 or 2. Vectors run over channels; a register of channels keeps
// its nine weights in registers while a tile of output pixels slides along the row, each input value loaded
// once per tile: with 32 registers and stride 1 it has pixels of two rows, which share most of their input.
// The first and last columns, whose windows leave the map, are done one by one. Where it pays, all rows of a
// span of columns are done before the next span's. Registers of 16 lanes hold two neighbouring pixels of 8
// channels, where the stride is 1 and no gap between them.
//
// Packed: for each register of channels its scales, its biases, then the nine weights; zero in the lanes
// beyond the last channel, or else, where two pixels fit, the same once more.
#pragma once

#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

constexpr int kDepthwiseTaps = 9;
constexpr int kDepthwiseTile = kHasTiles ? 4 : 1;  // registers in a row of a tile
template <int kStride>
constexpr int kDepthwiseRows = kRegisters == 32 && kStride == 1 ? 2 : 1;  // of a tile
constexpr int kPairChannels = kLanes == 16 ? 8 : 0;  // two pixels of so many fill a register
// The weights, the tile's sums, one value; without a fused multiply-add a product besides.
static_assert(kDepthwiseTaps + kDepthwiseRows<1> * kDepthwiseTile + 1 + (kHasFma ? 0 : 1) <= kRegisters);

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
            const bool again = g.out_channels == kPairChannels && lane >= kPairChannels;
            const int c = again ? lane - kPairChannels : first + lane;
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

// The input rows of the windows of kRows output rows, at some channel of column 0; null where outside the
// map.
template <int kStride, int kRows>
struct DepthwiseInput {
    static constexpr int kCount = (kRows - 1) * kStride + 3;
    const float* row[kCount];
    std::ptrdiff_t pixel_step;
    int width;
};

// kRows x kCount registers of output pixels, those of a row kStep input columns apart; the first's window
// starts at input column `left`. kInside: all their columns are in the map.
template <int kStep, bool kInside, int kStride, int kRows, int kCount, class Part>
FEATHERFACE_INLINE void depthwise_tile(const DepthwiseInput<kStride, kRows>& in, int left,
                                       const Vec (&weights)[kDepthwiseTaps], Vec (&sums)[kRows][kCount],
                                       Part part) {
    constexpr int kColumns = (kCount - 1) * kStep + 3;
    unroll<DepthwiseInput<kStride, kRows>::kCount>([&](auto row) FEATHERFACE_LAMBDA {
        if (in.row[row.value] == nullptr) return;
        // It points at the first column, which only a window inside the map has.
        const float* const first = in.row[row.value] + (kInside ? left * in.pixel_step : 0);
        unroll<kColumns>([&](auto column) FEATHERFACE_LAMBDA {
            const int from_first = kInside ? column.value : left + column.value;
            if (!kInside && (from_first < 0 || from_first >= in.width)) return;
            const Vec value = in_register(part.load(first + from_first * in.pixel_step));
            unroll<kRows>([&](auto r) FEATHERFACE_LAMBDA {
                unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA {
                    constexpr int ky = row.value - r.value * kStride, kx = column.value - i.value * kStep;
                    if constexpr (ky >= 0 && ky < 3 && kx >= 0 && kx < 3) {
                        Vec& sum = sums[r.value][i.value];
                        sum = fma(value, weights[ky * 3 + kx], sum);
                    }
                });
            });
        });
    });
}

// Output pixels [begin, end) of kRows rows, one register of channels; `part` is a pixel's. kTogether: pixels
// that a whole register holds.
template <int kTogether, Activation kActivation, int kStride, int kRows, class Part>
FEATHERFACE_INLINE void depthwise_span(const ConvArgs& args, const DepthwiseInput<kStride, kRows>& in,
                                       const float* packed, float* out, int begin, int end, Part part) {
    const Vec scale = load(packed), bias = load(packed + kLanes);
    Vec weights[kDepthwiseTaps];
    unroll<kDepthwiseTaps>(
        [&](auto i) FEATHERFACE_LAMBDA { weights[i.value] = load(packed + (2 + i.value) * kLanes); });
    const Vec slope = args.slope;
    const std::ptrdiff_t out_step = args.output.pixel_stride, out_row = args.output.width * out_step;

    // `count` registers of `together` pixels from x on.
    const auto registers = [&](int x, auto count, auto together, auto inside,
                               auto of_register) FEATHERFACE_LAMBDA {
        constexpr int kCount = count.value;
        Vec sums[kRows][kCount];
        unroll<kRows>([&](auto r) FEATHERFACE_LAMBDA {
            unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA { sums[r.value][i.value] = Vec(0.0f); });
        });
        depthwise_tile<kStride * together.value, inside.value != 0>(in, x * kStride - 1, weights, sums,
                                                                    of_register);
        unroll<kRows>([&](auto r) FEATHERFACE_LAMBDA {
            unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA {
                float* const at = out + r.value * out_row + (x + i.value * together.value) * out_step;
                of_register.store(at, activate<kActivation>(fma(sums[r.value][i.value], scale, bias), slope));
            });
        });
    };
    const auto whole = [&] {
        if constexpr (kTogether == 1)
            return part;
        else
            return Whole{};
    }();
    // Windows of pixels [1, inner_end) lie inside the map.
    const int inner_end = min_of((in.width - 2) / kStride + 1, end);
    for (int x = begin; x < end;) {
        const int left = inner_end - x;
        if (x == 0 || left <= 0) {
            registers(x, Index<1>{}, Index<1>{}, Index<0>{}, part);
            ++x;
        } else if (kDepthwiseTile > 1 && left >= kDepthwiseTile * kTogether) {
            registers(x, Index<kDepthwiseTile>{}, Index<kTogether>{}, Index<1>{}, whole);
            x += kDepthwiseTile * kTogether;
        } else if (left >= kTogether) {
            registers(x, Index<1>{}, Index<kTogether>{}, Index<1>{}, whole);
            x += kTogether;
        } else {
            registers(x, Index<1>{}, Index<1>{}, Index<1>{}, part);
            ++x;
        }
    }
}

// Pixels in a span, of which the rows that windows cover stay in L1 while every register of channels passes
// over them, and those that the next output rows cover, too, until then. With registers of 4 lanes the
// arithmetic takes longer than L2.
constexpr int kDepthwiseSpanFloats = 1024;
FEATHERFACE_INLINE int depthwise_span_pixels(const Map& output) {
    if (kLanes < 8) return output.width;
    return max_of(kDepthwiseSpanFloats / output.channels / kDepthwiseTile, 1) * kDepthwiseTile;
}

// Output pixels [begin, end) of kRows rows from y on.
template <int kTogether, int kStride, int kRows, Activation kActivation>
FEATHERFACE_INLINE void depthwise_rows_span(const ConvArgs& args, int y, int begin, int end) {
    const ConstMap& input = args.input;
    const int top = y * kStride - 1;
    const auto channels_from = [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
        DepthwiseInput<kStride, kRows> in{{}, input.pixel_stride, input.width};
        for (int row = 0; row < in.kCount; ++row) {
            const bool inside = top + row >= 0 && top + row < input.height;
            in.row[row] = inside ? input.pixel(top + row, 0) + c : nullptr;
        }
        depthwise_span<kTogether, kActivation>(args, in, args.weights + c * (2 + kDepthwiseTaps),
                                               args.output.pixel(y, 0) + c, begin, end, part);
    };
    if constexpr (kTogether > 1) {
        channels_from(0, Part{kPairChannels});
    } else {
        for_each_vector(args.output.channels, channels_from);
    }
}

template <int kTogether, int kStride, Activation kActivation>
void depthwise_rows(const ConvArgs& args, Rows rows) {
    const int width = args.output.width, span = depthwise_span_pixels(args.output);
    // (The first span has a pixel more, the first, which is no part of a tile.)
    for (int begin = 0, end = 0; begin < width; begin = end) {
        end = min_of(max_of(begin, 1) + span, width);
        constexpr int kRows = kDepthwiseRows<kStride>;
        int y = rows.begin;
        for (; y + kRows <= rows.end; y += kRows)
            depthwise_rows_span<kTogether, kStride, kRows, kActivation>(args, y, begin, end);
        if (kRows > 1 && y < rows.end)
            depthwise_rows_span<kTogether, kStride, 1, kActivation>(args, y, begin, end);
    }
}

// Whether a register holds two pixels of the input, and of the output.
FEATHERFACE_INLINE bool in_pairs(const ConvArgs& args) {
    return args.output.channels == kPairChannels && args.geometry.stride == 1 &&
           args.input.pixel_stride == kPairChannels && args.output.pixel_stride == kPairChannels;
}

void conv_depthwise(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(conv_depthwise_supports(args.geometry));
    check_conv(args, rows, 1);
    with_activation(ConvEpilogues{}, args.activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        if constexpr (kPairChannels > 0) {
            if (in_pairs(args)) return depthwise_rows<2, 1, epilogue.value>(args, rows);
        }
        if (args.geometry.stride == 1) {
            depthwise_rows<1, 1, epilogue.value>(args, rows);
        } else {
            depthwise_rows<1, 2, epilogue.value>(args, rows);
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
