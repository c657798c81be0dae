// Convolutions with few channels, stride 1, as sums of shifted rows. Taken as one run of floats, a
// zero-padded row of C channels moves a pixel with every C floats: a register holds several pixels where C is
// small, and none of its lanes idle.
//
// Three kinds, by the `reach` of a lane, that is how many neighbouring lanes (channels of its group) it takes
// inputs from:
//   depthwise, reach 1; groups of 2 or 4 channels in and out, reach 2 or 4: the register is rotated within
//   the groups; one output channel of 1, 2 or 4 input channels, reach 1: as depthwise, then the channels of
//   each pixel are added.
// C and the register's lanes must divide one another.
//
// Packed: for each register of channels (a single one where C is less) its scales and biases, then for each
// kernel row, column and rotation the weights of its lanes.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

constexpr int kFlatTile = kHasTiles ? 4 : 1;  // registers of a row computed together
// Rows computed together: a row alone has too few sums to hide the latency of a multiply-add.
constexpr int kFlatRows = kRegisters == 32 ? 2 : 1;
// Their values and sums, the values rotated in turn, weights; without a fused multiply-add a product besides.
static_assert((1 + kFlatRows) * kFlatTile + 1 + kFlatRows + (kHasFma ? 0 : 1) <= kRegisters);

struct FlatShape {
    int channels;
    int reach;
    int step;       // floats from a register to the next of the same channels
    int registers;  // of different channels

    explicit FlatShape(const ConvGeometry& g)
        : channels(g.in_channels),
          reach(g.out_channels == 1 ? 1 : g.in_channels / g.groups),
          step(max_of(g.in_channels, kLanes)),
          registers(divide_up(g.in_channels, kLanes)) {}

    // Floats of an unpadded row, rounded up to whole tiles.
    std::ptrdiff_t row_floats(int width) const {
        const std::ptrdiff_t tile = static_cast<std::ptrdiff_t>(kFlatTile) * step;
        return (static_cast<std::ptrdiff_t>(width) * channels + tile - 1) / tile * tile;
    }
    // Floats of a padded input row that an output row of `width` pixels reads.
    std::ptrdiff_t slot_floats(const ConvGeometry& g, int width) const {
        return row_floats(width) + static_cast<std::ptrdiff_t>(g.kernel - 1) * channels;
    }
    std::ptrdiff_t packed_floats(const ConvGeometry& g) const {
        return (2 + static_cast<std::ptrdiff_t>(g.kernel) * g.kernel * reach) * kLanes;
    }
};

// Padded input rows that the output rows computed together meet.
FEATHERFACE_INLINE int flat_slots(const ConvGeometry& g) {
    return g.kernel + kFlatRows - 1;
}

bool conv_flat_supports(const ConvGeometry& g) {
    const bool divides = kLanes % g.in_channels == 0 || g.in_channels % kLanes == 0;
    const int width = g.in_channels / g.groups;
    const bool small = width == 1 || width == 2 || width == 4;
    const bool square = g.in_channels == g.out_channels;
    return g.stride == 1 && divides && small && (square || (g.groups == 1 && g.out_channels == 1));
}

std::size_t conv_flat_packed_floats(const ConvGeometry& g) {
    const FlatShape shape(g);
    return static_cast<std::size_t>(shape.registers * shape.packed_floats(g));
}

std::size_t conv_flat_scratch_floats(const ConvGeometry& g, int output_width) {
    const FlatShape shape(g);
    return static_cast<std::size_t>(flat_slots(g) * shape.slot_floats(g, output_width) +
                                    kFlatRows * shape.row_floats(output_width));
}

void conv_flat_pack(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    const FlatShape shape(g);
    const int taps = g.kernel * g.kernel;
    const int group_inputs = g.in_channels / g.groups;
    const bool single = g.out_channels == 1;
    for (int first = 0; first < shape.registers * kLanes; first += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const int channel = (first + lane) % shape.channels;
            pack_epilogue(constants, single ? 0 : channel, packed + lane, kLanes);
            // The channels of a single output are added up, so one of them brings the bias.
            if (single && channel != 0) packed[kLanes + lane] = 0;
        }
        packed += 2 * kLanes;
        for (int tap = 0; tap < taps; ++tap) {
            for (int rotation = 0; rotation < shape.reach; ++rotation) {
                for (int lane = 0; lane < kLanes; ++lane) {
                    const int channel = (first + lane) % shape.channels;
                    const int input = single ? channel : (channel + rotation) % shape.reach;
                    const int row = single ? input : channel * group_inputs + input;
                    *packed++ = constants.weights[row * taps + tap];
                }
            }
        }
    }
}

// A row of the input without gaps, `pad` zero pixels before it, zeros behind it up to `floats`. (Called once
// a row, it need not be in the code of every kind.)
[[gnu::noinline]] void fill_slot(const ConvGeometry& g, const ConstMap& input, int y, std::ptrdiff_t floats,
                                 float* slot) {
    const auto zero = [&](std::ptrdiff_t begin, std::ptrdiff_t end) FEATHERFACE_LAMBDA {
        for_each_vector(end - begin, [&](std::ptrdiff_t i, auto part)
                                         FEATHERFACE_LAMBDA { part.store(slot + begin + i, Vec(0.0f)); });
    };
    const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(g.pad) * input.channels;
    const std::ptrdiff_t length = static_cast<std::ptrdiff_t>(input.width) * input.channels;
    zero(0, begin);
    const bool dense = input.pixel_stride == input.channels;
    const std::ptrdiff_t run = dense ? length : input.channels;
    const auto copy = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
        for_each_vector(run, [&](std::ptrdiff_t c, auto part)
                                 FEATHERFACE_LAMBDA { part.store(out + c, part.load(in + c)); });
    };
    walk(dense ? 1 : input.width, copy, Cursor<float>{slot + begin, run},
         Cursor<const float>{input.pixel(y, 0), input.pixel_stride});
    zero(begin + length, floats);
}

// The products of a tile with the weights of one kernel row for each of kCount output rows, from kFirst on.
// `in` is what the input row has for them, `weights` those of the first of the rows; the next row is a kernel
// row behind.
template <int kReach, int kFirst, int kCount>
FEATHERFACE_INLINE void add_products(const ConvGeometry& g, const FlatShape& shape, const float* in,
                                     const float* weights, Vec (&sums)[kFlatRows][kFlatTile]) {
    const std::ptrdiff_t row_weights = static_cast<std::ptrdiff_t>(g.kernel) * kReach * kLanes;
    for (int kx = 0; kx < g.kernel; ++kx, in += shape.channels) {
        Vec values[kFlatTile];
        unroll<kFlatTile>([&](auto i) FEATHERFACE_LAMBDA {
            values[i.value] = in_register(load(in + i.value * shape.step));
        });
        unroll<kReach>([&](auto rotation) FEATHERFACE_LAMBDA {
            Vec weight[kCount];
            unroll<kCount>(
                [&](auto r) FEATHERFACE_LAMBDA { weight[r.value] = load(weights - r.value * row_weights); });
            weights += kLanes;
            unroll<kFlatTile>([&](auto i) FEATHERFACE_LAMBDA {
                const Vec value = rotate_lanes<kReach, rotation.value>(values[i.value]);
                unroll<kCount>([&](auto r) FEATHERFACE_LAMBDA {
                    Vec& sum = sums[kFirst + r.value][i.value];
                    sum = fma(value, weight[r.value], sum);
                });
            });
        });
    }
}

// `row` = products * scales + biases, all registers of `count` output rows, up to kFlatRows. slot(i) is the
// padded input row that kernel row i meets in the first, and kernel row i - 1 in the second; null outside the
// map.
template <int kReach, class Slot>
FEATHERFACE_INLINE void sum_rows(const ConvGeometry& g, const FlatShape& shape, int width, int count,
                                 const Slot& slot, const float* packed, float* row) {
    const std::ptrdiff_t row_weights = static_cast<std::ptrdiff_t>(g.kernel) * kReach * kLanes;
    for (int first = 0; first < shape.registers * kLanes; first += kLanes) {
        for (std::ptrdiff_t at = first; at < shape.row_floats(width); at += kFlatTile * shape.step) {
            Vec sums[kFlatRows][kFlatTile];
            unroll<kFlatRows>([&](auto r) FEATHERFACE_LAMBDA {
                unroll<kFlatTile>([&](auto i) FEATHERFACE_LAMBDA { sums[r.value][i.value] = Vec(0.0f); });
            });
            for (int i = 0; i < g.kernel + count - 1; ++i) {
                if (slot(i) == nullptr) continue;
                const float* const in = slot(i) + at;
                const float* const weights = packed + 2 * kLanes + i * row_weights;
                if (kFlatRows == 1 || i == 0 || count == 1) {
                    add_products<kReach, 0, 1>(g, shape, in, weights, sums);
                } else if (i == g.kernel) {
                    add_products<kReach, kFlatRows - 1, 1>(g, shape, in, weights - row_weights, sums);
                } else {
                    add_products<kReach, 0, kFlatRows>(g, shape, in, weights, sums);
                }
            }
            const Vec scale = load(packed), bias = load(packed + kLanes);
            unroll<kFlatRows>([&](auto r) FEATHERFACE_LAMBDA {
                if (r.value >= count) return;
                unroll<kFlatTile>([&](auto i) FEATHERFACE_LAMBDA {
                    store(row + r.value * shape.row_floats(width) + at + i.value * shape.step,
                          fma(sums[r.value][i.value], scale, bias));
                });
            });
        }
        packed += shape.packed_floats(g);
    }
}

// One output channel: in place, pixel x = the sum of its input channels.
FEATHERFACE_INLINE void add_channels(int width, int channels, float* row) {
    for (int x = 0; x < width; ++x) {
        float sum = row[x * channels];
        for (int c = 1; c < channels; ++c) sum += row[x * channels + c];
        row[x] = sum;
    }
}

template <Activation kActivation>
[[gnu::noinline]] void write_row(const Map& output, int y, const float* row, float slope) {
    const bool dense = output.pixel_stride == output.channels;
    const std::ptrdiff_t run =
        dense ? static_cast<std::ptrdiff_t>(output.width) * output.channels : output.channels;
    const auto write = [&](float* out, const float* sums) FEATHERFACE_LAMBDA {
        for_each_vector(run, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            part.store(out + c, activate<kActivation>(part.load(sums + c), Vec(slope)));
        });
    };
    walk(dense ? 1 : output.width, write, Cursor<float>{output.pixel(y, 0), output.pixel_stride},
         Cursor<const float>{row, run});
}

template <int kReach>
void conv_flat_rows(const ConvArgs& args, Rows rows) {
    const ConvGeometry& g = args.geometry;
    const FlatShape shape(g);
    const int width = args.output.width;
    const std::ptrdiff_t floats = shape.slot_floats(g, width);
    // Each input row has a slot, and is filled once, when the first output row needs it.
    const int slots = flat_slots(g);
    const auto slot_of = [&](int y) FEATHERFACE_LAMBDA { return args.scratch + y % slots * floats; };
    float* const sums = args.scratch + slots * floats;
    int filled = max_of(rows.begin - g.pad, 0);
    for (int y = rows.begin, count = 0; y < rows.end; y += count) {
        count = min_of(kFlatRows, rows.end - y);
        const int top = y - g.pad;
        for (; filled < min_of(top + g.kernel + count - 1, args.input.height); ++filled) {
            fill_slot(g, args.input, filled, floats, slot_of(filled));
        }
        const auto slot = [&](int i) FEATHERFACE_LAMBDA {
            const bool inside = top + i >= 0 && top + i < args.input.height;
            return inside ? slot_of(top + i) : nullptr;
        };
        sum_rows<kReach>(g, shape, width, count, slot, args.weights, sums);
        for (int r = 0; r < count; ++r) {
            float* const row = sums + r * shape.row_floats(width);
            if (args.output.channels == 1) add_channels(width, shape.channels, row);
            with_activation(ConvEpilogues{}, args.activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
                write_row<epilogue.value>(args.output, y + r, row, args.slope);
            });
        }
    }
}

void conv_flat(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(conv_flat_supports(args.geometry) && args.scratch != nullptr);
    check_conv(args, rows, 1);
    switch (FlatShape(args.geometry).reach) {
        case 1: return conv_flat_rows<1>(args, rows);
        case 2: return conv_flat_rows<2>(args, rows);
        default: return conv_flat_rows<4>(args, rows);
    }
}

}  // namespace
}  // namespace featherface::kernels
