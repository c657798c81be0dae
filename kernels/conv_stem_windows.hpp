// The stem with registers of output channels, by the micro-kernel: the three rows that a window covers lie
// one behind the other, padded with zeros, so that each is a run of 9 floats wherever the window lies.
#pragma once

#include "kernels/gemm_tile.hpp"
#include "kernels/stem_rows.hpp"

namespace featherface::kernels {
namespace {

constexpr int kStemVectors = kStemOutputs / kLanes;  // registers of output channels
static_assert(kStemVectors * kLanes == kStemOutputs && kStemVectors <= kMaxVectors);

// A row begins with the pixel to the left of the map, and is as long as the windows of whole tiles reach.
FEATHERFACE_INLINE std::ptrdiff_t stem_row_floats(int output_width) {
    constexpr int kTile = kTilePixels<kStemVectors>;
    return (static_cast<std::ptrdiff_t>(divide_up(output_width, kTile)) * kTile * kStemStride + 1) *
           kStemInputs;
}
std::size_t stem_scratch_floats(int output_width) {
    return static_cast<std::size_t>(kStemKernel * stem_row_floats(output_width));
}

// Puts row y of the input where a window's row is.
FEATHERFACE_INLINE void fill_row(const ConvArgs& args, int y, float* row, std::ptrdiff_t floats) {
    float* const pixels = row + kStemInputs;
    const ConstMap input = with_stem_row(args, y, pixels);
    for (int c = 0; c < kStemInputs; ++c) row[c] = 0;
    const float* const in = input.pixel(y, 0);
    if (in != pixels) {
        for (int x = 0; x < input.width; ++x) {
            for (int c = 0; c < kStemInputs; ++c)
                pixels[x * kStemInputs + c] = in[static_cast<std::ptrdiff_t>(x) * input.pixel_stride + c];
        }
    }
    for (std::ptrdiff_t i = (input.width + 1) * kStemInputs; i < floats; ++i) row[i] = 0;
}

void stem_rows(const ConvArgs& args, Rows rows) {
    const Map& output = args.output;
    const std::ptrdiff_t floats = stem_row_floats(output.width);
    float* const top_row = args.scratch;
    float* const bottom_row = args.scratch + (kStemKernel - 1) * floats;
    for (int y = rows.begin; y < rows.end; ++y) {
        const int top = y * kStemStride - 1;
        if (y > rows.begin) {  // it was the bottom row of the windows before
            for (std::ptrdiff_t i = 0; i < floats; ++i) top_row[i] = bottom_row[i];
        } else if (top >= 0) {
            fill_row(args, top, top_row, floats);
        }
        fill_row(args, top + 1, top_row + floats, floats);
        const bool has_bottom = top + 2 < args.input.height;
        if (has_bottom) fill_row(args, top + 2, bottom_row, floats);

        const int skipped = top < 0 ? 1 : 0;
        Window window{top_row + skipped * floats,
                      kStemStride * kStemInputs,
                      (has_bottom ? 3 : 2) - skipped,
                      floats,
                      1,
                      0,
                      kStemKernel * kStemInputs};
        const float* const weights = args.weights + 2 * kStemOutputs + skipped * kStemRowWeights;
        for (int x = 0; x < output.width;) {
            const int left = output.width - x;
            x += with_tile<kStemVectors>(left, [&](auto pixels) FEATHERFACE_LAMBDA {
                constexpr int kPixels = pixels.value;
                const TileOutput out{output.pixel(y, x), output.pixel_stride, min_of(kPixels, left),
                                     kStemOutputs,       args.activation,     args.slope};
                gemm_tile<kPixels, kStemVectors>(window, weights, [&](const auto& sums) FEATHERFACE_LAMBDA {
                    store_tile<kPixels, kStemVectors>(sums, args.weights, out);
                });
                window.data += kPixels * window.pixel_step;
            });
        }
    }
}

}  // namespace
}  // namespace featherface::kernels
