// Convolution of any geometry by the micro-kernel, without building an im2col matrix: tiles whose windows lie
// inside the map read it in place; those at the left and right border, and maps narrower than a tile, read a
// zero-padded copy of just their windows ("patch"). Rows of a window above or below the map are skipped. A
// pointwise convolution treats its rows as a single long one.
//
// Work goes in spans of tiles, the more the fewer inputs there are: a span's input is read from memory once
// and then found in cache by every block of output channels, a block's weights are found there by every tile
// of the span.
#pragma once

#include "kernels/conv_blocks.hpp"
#include "kernels/few_inputs.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

constexpr int kSpanFloats = 96 * 64;  // of the input of a span, at one pixel each
constexpr int kLeastSpan = 96;        // pixels: whole tiles of any size
FEATHERFACE_INLINE int span_pixels(const ConvGeometry& g) {
    return max_of(kSpanFloats / g.in_channels / kLeastSpan, 1) * kLeastSpan;
}

template <int kPixels>
constexpr int patch_columns(const ConvGeometry& g) {
    return (kPixels - 1) * g.stride + g.kernel;
}

std::size_t conv_gemm_scratch_floats(const ConvGeometry& g, int /*output_width*/) {
    constexpr int kWidest = kTilePixels<1>;
    return static_cast<std::size_t>(g.kernel) * patch_columns<kWidest>(g) * g.in_channels;
}

// One output row and the input rows that its windows cover: [top, top + kernel), cut to those inside the map.
struct OutputRow {
    ConstMap input;
    Map output;
    int y;             // of the output
    int first_row;     // of the input rows (some row of the map where there are none)
    int rows;          // how many of the window's rows are inside it
    int skipped_rows;  // how many of the window's rows lie above it
};

FEATHERFACE_INLINE OutputRow make_output_row(const ConvGeometry& g, const ConstMap& input, const Map& output,
                                             int y) {
    const int top = y * g.stride - g.pad;
    const int first_row = max_of(top, 0);
    const int rows = max_of(min_of(top + g.kernel, input.height) - first_row, 0);
    const int skipped_rows = min_of(first_row - top, g.kernel);
    return {input, output, y, min_of(first_row, input.height - 1), rows, skipped_rows};
}

// The windows of some pixels from output column x on, `columns` of the input, are copied, columns outside the
// map as zeros.
[[gnu::noinline]] void fill_patch(const ConvGeometry& g, const OutputRow& row, int x, int columns,
                                  float* patch) {
    const int left = x * g.stride - g.pad;
    for (int y = row.first_row; y < row.first_row + row.rows; ++y) {
        for (int column = left; column < left + columns; ++column, patch += g.in_channels) {
            const bool inside = column >= 0 && column < row.input.width;
            const float* in = inside ? row.input.pixel(y, column) : nullptr;
            for_each_vector(g.in_channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                part.store(patch + c, inside ? part.load(in + c) : Vec(0.0f));
            });
        }
    }
}

// Output columns [begin, end) of a row, one block of output channels. What its tiles have in common is worked
// out before them: with few inputs a tile's products take no longer than that would.
template <int kVectors, bool kHasTail = false>
void conv_span(const ConvArgs& args, const OutputRow& row, const Block& block, const float* packed, int begin,
               int end) {
    const ConvGeometry g = args.geometry;
    const auto window_in = [&](const float* data, int pixel_stride, std::ptrdiff_t row_step) {
        const bool merged = block.inputs == g.in_channels && pixel_stride == g.in_channels;
        return Window{data + block.first_input,
                      static_cast<std::ptrdiff_t>(g.stride) * pixel_stride,
                      row.rows,
                      row_step,
                      merged ? 1 : g.kernel,
                      pixel_stride,
                      merged ? g.kernel * g.in_channels : block.inputs};
    };
    constexpr int kRow = kVectors * kLanes + (kHasTail ? kTail : 0);
    const std::ptrdiff_t row_floats = static_cast<std::ptrdiff_t>(g.kernel) * block.inputs * kRow;
    const float* const weights = packed + 2 * kRow + row.skipped_rows * row_floats;
    const int input_width = row.input.width, input_stride = row.input.pixel_stride;
    const Window of_map = window_in(row.input.pixel(row.first_row, 0), input_stride,
                                    static_cast<std::ptrdiff_t>(input_width) * input_stride);
    const int output_width = row.output.width, output_stride = row.output.pixel_stride;
    float* const output_row = row.output.pixel(row.y, 0) + block.first_output;

    // The tile of `pixels` pixels from output column x on, of which those before `end` are stored.
    const auto tile = [&](int x, auto pixels) FEATHERFACE_LAMBDA {
        constexpr int kPixels = pixels.value;
        const int left = x * g.stride - g.pad;
        const bool inside =
            x + kPixels <= output_width && left >= 0 && left + patch_columns<kPixels>(g) <= input_width;
        Window window = of_map;
        if (inside) {
            window.data += static_cast<std::ptrdiff_t>(left) * input_stride;
        } else {
            fill_patch(g, row, x, patch_columns<kPixels>(g), args.scratch);
            window = window_in(args.scratch, g.in_channels,
                               static_cast<std::ptrdiff_t>(patch_columns<kPixels>(g)) * g.in_channels);
        }
        TileOutput output{output_row + static_cast<std::ptrdiff_t>(x) * output_stride,
                          output_stride,
                          min_of(kPixels, end - x),
                          block.outputs - block.tail,
                          args.activation,
                          args.slope};
        if constexpr (kHasTail) {
            gemm_tile_with_tail<kPixels>(window, weights,
                                         [&](const auto& sums, const auto& tails) FEATHERFACE_LAMBDA {
                                             store_tile<kPixels, kVectors>(sums, packed, output);
                                             output.data += kVectors * kLanes;
                                             store_tails(tails, packed + 2 * kVectors * kLanes, output);
                                         });
        } else {
            gemm_tile<kPixels, kVectors>(window, weights, [&](const auto& sums) FEATHERFACE_LAMBDA {
                store_tile<kPixels, kVectors>(sums, packed, output);
            });
        }
    };
    int next = begin;
    if constexpr (kVectors == 1 && kFewInputs > 0) {
        if (g.kernel == 1 && g.stride == 1 && g.pad == 0 && g.groups == 1 && g.in_channels == kFewInputs &&
            input_stride == kFewInputs && block.outputs == kLanes) {
            next += few_inputs_tiles<kFewInputs>(
                of_map.data + static_cast<std::ptrdiff_t>(begin) * kFewInputs, packed,
                {output_row + static_cast<std::ptrdiff_t>(begin) * output_stride, output_stride, end - begin,
                 kLanes, args.activation, args.slope});
        }
    }
    while (next < end) {
        next += with_tile<kVectors>(end - next, [&](auto pixels) FEATHERFACE_LAMBDA {
            // The last tile steps back over pixels already done rather than being smaller still.
            tile(max_of(min_of(next, end - pixels.value), 0), pixels);
        });
    }
}

void conv_output_row(const ConvArgs& args, const OutputRow& row) {
    const int span = span_pixels(args.geometry);
    for (int begin = 0; begin < row.output.width; begin += span) {
        const int end = min_of(begin + span, row.output.width);
        const float* packed = args.weights;
        for_each_block<Tails::where_they_help>(args.geometry, [&](const Block& block) FEATHERFACE_LAMBDA {
            if (block.tail > 0) {
                if constexpr (kHasTails) conv_span<1, true>(args, row, block, packed, begin, end);
            } else if (block.vectors == 2) {
                conv_span<2>(args, row, block, packed, begin, end);
            } else {
                conv_span<1>(args, row, block, packed, begin, end);
            }
            packed += block_floats(args.geometry, block);
        });
    }
}

void conv_gemm(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(args.scratch != nullptr);
    check_conv(args, rows, 1);
    const ConvGeometry& g = args.geometry;
    if (g.kernel == 1 && g.stride == 1 && g.pad == 0) {
        const int pixels = (rows.end - rows.begin) * args.output.width;
        OutputRow row = make_output_row(g, args.input, args.output, 0);
        row.input.data = args.input.pixel(rows.begin, 0);
        row.output.data = args.output.pixel(rows.begin, 0);
        row.input.first_row = row.output.first_row = 0;
        row.input.width = row.output.width = pixels;
        if (pixels > 0) conv_output_row(args, row);
        return;
    }
    for (int y = rows.begin; y < rows.end; ++y)
        conv_output_row(args, make_output_row(g, args.input, args.output, y));
}

}  // namespace
}  // namespace featherface::kernels
