// How a convolution's output channels are divided into blocks for the micro-kernel, and the weights packed
// for it.
//
// A block is one or two registers of consecutive output channels, or one and a tail (kernels/gemm_tail.hpp).
// Packed it is its scales, its biases, those of the tail, then for each kernel row, column and input channel
// the weights of its output channels; all are zero where the block has more lanes than channels are left. In
// a grouped convolution a block reads only the input channels of the groups it touches, with zero weights for
// those of another group (so a NaN or infinity spreads to the neighbouring groups of its block).
#pragma once

#include "kernels/gemm_tail.hpp"

namespace featherface::kernels {
namespace {

struct Block {
    int first_output;
    int outputs;
    int vectors;
    int tail;  // channels behind those in whole registers: 0 or kTail
    int first_input;
    int inputs;
};

// Floats of a block for one value of its inputs.
FEATHERFACE_INLINE int block_row(const Block& block) {
    return block.vectors * kLanes + block.tail;
}

FEATHERFACE_INLINE std::size_t block_floats(const ConvGeometry& g, const Block& block) {
    const auto rows = static_cast<std::size_t>(g.kernel) * g.kernel * block.inputs + 2;
    return rows * block_row(block);
}

// f(block) is called for each block, in the order in which they are packed. With Tails::none there are
// registers alone.
enum class Tails { none, where_they_help };
template <Tails kTails, class F>
FEATHERFACE_INLINE void for_each_block(const ConvGeometry& g, const F& f) {
    const int group_outputs = g.out_channels / g.groups;
    const int group_inputs = g.in_channels / g.groups;
    // Wide blocks would only add zeros where the groups are narrow.
    const int widest = g.groups > 1 && group_outputs < kMaxVectors * kLanes ? 1 : kMaxVectors;
    const bool has_tail = kTails == Tails::where_they_help && can_have_tail(g);
    Block block{};
    for (int first = 0; first < g.out_channels; first += block.outputs) {
        const int left = g.out_channels - first;
        block.first_output = first;
        block.tail = has_tail && left == kLanes + kTail ? kTail : 0;
        block.vectors = block.tail > 0 ? 1 : min_of(widest, divide_up(left, kLanes));
        block.outputs = min_of(block_row(block), left);
        const int first_group = first / group_outputs;
        const int last_group = (first + block.outputs - 1) / group_outputs;
        block.first_input = first_group * group_inputs;
        block.inputs = (last_group + 1 - first_group) * group_inputs;
        f(block);
    }
}

std::size_t packed_block_floats(const ConvGeometry& g) {
    std::size_t total = 0;
    for_each_block<Tails::where_they_help>(
        g, [&](const Block& block) FEATHERFACE_LAMBDA { total += block_floats(g, block); });
    return total;
}

void pack_blocks(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    const int group_outputs = g.out_channels / g.groups;
    const int group_inputs = g.in_channels / g.groups;
    const std::ptrdiff_t taps = static_cast<std::ptrdiff_t>(g.kernel) * g.kernel;
    for_each_block<Tails::where_they_help>(g, [&](const Block& block) FEATHERFACE_LAMBDA {
        const auto pack_epilogues = [&](int first, int count) FEATHERFACE_LAMBDA {
            for (int i = 0; i < count; ++i) {
                packed[i] = packed[count + i] = 0;
                if (first + i < block.outputs)
                    pack_epilogue(constants, block.first_output + first + i, packed + i, count);
            }
            packed += 2 * count;
        };
        pack_epilogues(0, block.vectors * kLanes);
        pack_epilogues(block.vectors * kLanes, block.tail);
        const int lanes = block_row(block);
        for (std::ptrdiff_t tap = 0; tap < taps; ++tap) {
            for (int input = block.first_input; input < block.first_input + block.inputs; ++input) {
                for (int lane = 0; lane < lanes; ++lane) {
                    const int output = block.first_output + lane;
                    const int in_group = input - output / group_outputs * group_inputs;
                    const bool connected = lane < block.outputs && in_group >= 0 && in_group < group_inputs;
                    *packed++ =
                        connected
                            ? constants
                                  .weights[(static_cast<std::ptrdiff_t>(output) * group_inputs + in_group) *
                                               taps +
                                           tap]
                            : 0.0f;
                }
            }
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
