// The detectors' first convolution, the stem: 3x3 of stride 2 and pad 1 from 3 channels to 8. Its input may
// be a map, or be read row by row as rows are needed: then a picture's floats are never more than stay in L1.
//
// Where a register has a lane for each output, its lanes are pixels (conv_stem_planes.hpp). With narrower
// ones a weight would be broadcast for few products: there they are output channels (conv_stem_windows.hpp).
// Sums go in the same order as those of conv_gemm in both, so that the results are the same bits.
//
// Packed: scales, biases, then for each kernel row, column and input channel the weights of the 8 outputs.
#pragma once

#include "kernels/preconditions.hpp"
#if defined(FEATHERFACE_ARCH_AVX512) || defined(FEATHERFACE_ARCH_AVX2)
#include "kernels/conv_stem_planes.hpp"
#else
#include "kernels/conv_stem_windows.hpp"
#endif

namespace featherface::kernels {
namespace {

bool conv_stem_supports(const ConvGeometry& g) {
    return g == kStem;
}

std::size_t conv_stem_packed_floats(const ConvGeometry& /*geometry*/) {
    return 2 * kStemOutputs + kStemKernel * kStemRowWeights;
}

void conv_stem_pack(const ConvGeometry& /*geometry*/, const ConvConstants& constants, float* packed) {
    constexpr int kTaps = kStemKernel * kStemKernel;
    for (int output = 0; output < kStemOutputs; ++output) {
        pack_epilogue(constants, output, packed + output, kStemOutputs);
        for (int tap = 0; tap < kTaps; ++tap) {
            for (int input = 0; input < kStemInputs; ++input) {
                packed[(2 + tap * kStemInputs + input) * kStemOutputs + output] =
                    constants.weights[(output * kStemInputs + input) * kTaps + tap];
            }
        }
    }
}

std::size_t conv_stem_scratch_floats(const ConvGeometry& /*geometry*/, int output_width) {
    return stem_scratch_floats(output_width);
}

void conv_stem(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(args.geometry == kStem && args.scratch != nullptr);
    check_conv(args, rows, 1, args.reader.read == nullptr);
    if (rows.begin < rows.end) stem_rows(args, rows);
}

}  // namespace
}  // namespace featherface::kernels
