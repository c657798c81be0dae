// What both ways to compute the stem share: its extents, and a row of its input, which may be in no memory.
#pragma once

#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

constexpr int kStemInputs = kStem.in_channels, kStemOutputs = kStem.out_channels;
constexpr int kStemKernel = kStem.kernel, kStemStride = kStem.stride;
constexpr int kStemRowWeights = kStemKernel * kStemInputs * kStemOutputs;

// The map that has row y of the input: the input, or the row alone, read into `buffer`.
FEATHERFACE_INLINE ConstMap with_stem_row(const ConvArgs& args, int y, float* buffer) {
    ConstMap input = args.input;
    if (args.reader.read != nullptr) {
        args.reader.read(args.reader.of, y, buffer);
        input.data = buffer;
        input.pixel_stride = kStemInputs;
        input.first_row = y;
    }
    return input;
}

}  // namespace
}  // namespace featherface::kernels
