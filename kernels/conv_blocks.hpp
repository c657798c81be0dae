// How a convolution's output channels are divided into blocks for the micro-kernel, and the weights packed
// for it.
//
// A block is one or two registers of consecutive output channels. Packed it is its scales, its biases, then
// for each kernel row, column and input channel the weights of its output channels; all are zero where the
// block has more lanes than channels are left. In a grouped convolution a block reads only the input channels
// of the groups it touches, with zero weights for those of another group (so a NaN or infinity spreads to the
// neighbouring groups of its block).
#pragma once

#include "kernels/gemm_tile.hpp"

namespace featherface::kernels {
namespace {

struct Block {
    int first_output;
    int outputs;
    int vectors;
    int first_input;
    int inputs;
};

FEATHERFACE_INLINE std::size_t block_floats(const ConvGeometry& g, const Block& block) {
    const auto rows = static_cast<std::size_t>(g.kernel) * g.kernel * block.inputs + 2;
    return rows * block.vectors * kLanes;
}

// f(block) is called for each block, in the order in which they are packed.
template <class F>
FEATHERFACE_INLINE void for_each_block(const ConvGeometry& g, const F& f) {
    const int group_outputs = g.out_channels / g.groups;
    const int group_inputs = g.in_channels / g.groups;
    // Wide blocks would only add zeros where the groups are narrow.
    const int widest = g.groups > 1 && group_outputs < kMaxVectors * kLanes ? 1 : kMaxVectors;
    Block block{};
    for (int first = 0; first < g.out_channels; first += block.outputs) {
        block.first_output = first;
        block.vectors = min_of(widest, divide_up(g.out_channels - first, kLanes));
        block.outputs = min_of(block.vectors * kLanes, g.out_channels - first);
        const int first_group = first / group_outputs;
        const int last_group = (first + block.outputs - 1) / group_outputs;
        block.first_input = first_group * group_inputs;
        block.inputs = (last_group + 1 - first_group) * group_inputs;
        f(block);
    }
}

std::size_t packed_block_floats(const ConvGeometry& g) {
    std::size_t total = 0;
    for_each_block(g, [&](const Block& block) FEATHERFACE_LAMBDA { total += block_floats(g, block); });
    return total;
}

void pack_blocks(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    const int group_outputs = g.out_channels / g.groups;
    const int group_inputs = g.in_channels / g.groups;
    const std::ptrdiff_t taps = static_cast<std::ptrdiff_t>(g.kernel) * g.kernel;
    for_each_block(g, [&](const Block& block) FEATHERFACE_LAMBDA {
        const int lanes = block.vectors * kLanes;
        for (int lane = 0; lane < lanes; ++lane) {
            packed[lane] = 0;
            packed[lanes + lane] = 0;
            if (lane < block.outputs)
                pack_epilogue(constants, block.first_output + lane, packed + lane, lanes);
        }
        packed += 2 * lanes;
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
