// Convolution of any geometry by the micro-kernel, without building an im2col matrix: tiles whose windows lie
// inside the map read it in place; those at the left and right border, and maps narrower than a tile, read a
// zero-padded copy of just their windows ("patch"). Rows of a window above or below the map are skipped. A
// pointwise convolution treats its rows as a single long one.
//
// Work goes in strips of a few tiles: a strip's input is read from memory once and then found in cache by
// every block of output channels, a block's weights are found there by every tile of the strip.
#pragma once

#include "kernels/conv_blocks.hpp"

namespace featherface::kernels {
namespace {

constexpr int kStripPixels = 96;

template <int kPixels>
constexpr int patch_columns(const ConvGeometry& g) {
    return (kPixels - 1) * g.stride + g.kernel;
}

std::size_t conv_gemm_scratch_floats(const ConvGeometry& g, int /*output_width*/) {
    constexpr int kWidest = kTilePixels<1>;
    return static_cast<std::size_t>(g.kernel) * patch_columns<kWidest>(g) * g.in_channels;
}

// One output row of `args`, a band of the input: rows [top, top + kernel), cut to those inside the map.
struct Band {
    ConstMap input;
    Map output;
    int y;             // output row
    int first_row;     // first input row inside the map
    int rows;          // how many of the window's rows are inside it
    int skipped_rows;  // how many of the window's rows lie above it
};

FEATHERFACE_INLINE Band make_band(const ConvGeometry& g, const ConstMap& input, const Map& output, int y) {
    const int top = y * g.stride - g.pad;
    const int first_row = max_of(top, 0);
    const int rows = max_of(min_of(top + g.kernel, input.height) - first_row, 0);
    return {input, output, y, first_row, rows, min_of(first_row - top, g.kernel)};
}

// Copies the windows of `kPixels` pixels from output column x on, columns outside the map as zeros.
template <int kPixels>
FEATHERFACE_INLINE void fill_patch(const ConvGeometry& g, const Band& band, int x, float* patch) {
    const int left = x * g.stride - g.pad;
    for (int row = 0; row < band.rows; ++row) {
        for (int column = left; column < left + patch_columns<kPixels>(g); ++column, patch += g.in_channels) {
            const bool inside = column >= 0 && column < band.input.width;
            const float* in = inside ? band.input.pixel(band.first_row + row, column) : nullptr;
            for_each_vector(g.in_channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                part.store(patch + c, inside ? part.load(in + c) : Vec(0.0f));
            });
        }
    }
}

// The tile of `kPixels` pixels from output column x on, of which those before `end` are stored.
template <int kPixels, int kVectors>
FEATHERFACE_INLINE void conv_tile(const ConvArgs& args, const Band& band, const Block& block,
                                  const float* packed, int x, int end) {
    const ConvGeometry& g = args.geometry;
    const std::ptrdiff_t row_floats =
        static_cast<std::ptrdiff_t>(g.kernel) * block.inputs * kVectors * kLanes;
    const float* weights = packed + 2 * kVectors * kLanes + band.skipped_rows * row_floats;
    const int left = x * g.stride - g.pad;
    const bool inside =
        x + kPixels <= band.output.width && left >= 0 && left + patch_columns<kPixels>(g) <= band.input.width;
    Window window{};
    int pixel_stride = band.input.pixel_stride;
    if (inside) {
        window.data = band.input.pixel(band.first_row, left);
        window.row_step = static_cast<std::ptrdiff_t>(band.input.width) * pixel_stride;
    } else {
        fill_patch<kPixels>(g, band, x, args.scratch);
        window.data = args.scratch;
        pixel_stride = g.in_channels;
        window.row_step = static_cast<std::ptrdiff_t>(patch_columns<kPixels>(g)) * pixel_stride;
    }
    window.data += block.first_input;
    window.pixel_step = static_cast<std::ptrdiff_t>(g.stride) * pixel_stride;
    window.rows = band.rows;
    const bool merged = block.inputs == g.in_channels && pixel_stride == g.in_channels;
    window.segments = merged ? 1 : g.kernel;
    window.segment_step = pixel_stride;
    window.length = merged ? g.kernel * g.in_channels : block.inputs;
    const TileOutput output{band.output.pixel(band.y, x) + block.first_output,
                            band.output.pixel_stride,
                            min_of(kPixels, end - x),
                            block.outputs,
                            args.activation,
                            args.slope};
    gemm_tile<kPixels, kVectors>(window, weights, [&](const auto& sums) FEATHERFACE_LAMBDA {
        store_tile<kPixels, kVectors>(sums, packed, output);
    });
}

// Output columns [begin, end) of a band, one block of output channels.
template <int kVectors>
void conv_strip(const ConvArgs& args, const Band& band, const Block& block, const float* packed, int begin,
                int end) {
    for (int next = begin; next < end;) {
        next += with_tile<kVectors>(end - next, [&](auto pixels) FEATHERFACE_LAMBDA {
            // The last tile steps back over pixels already done rather than being smaller still.
            const int x = max_of(min_of(next, end - pixels.value), 0);
            conv_tile<pixels.value, kVectors>(args, band, block, packed, x, end);
        });
    }
}

void conv_band(const ConvArgs& args, const Band& band) {
    for (int begin = 0; begin < band.output.width; begin += kStripPixels) {
        const int end = min_of(begin + kStripPixels, band.output.width);
        const float* packed = args.weights;
        for_each_block(args.geometry, [&](const Block& block) FEATHERFACE_LAMBDA {
            if (block.vectors == 2) {
                conv_strip<2>(args, band, block, packed, begin, end);
            } else {
                conv_strip<1>(args, band, block, packed, begin, end);
            }
            packed += block_floats(args.geometry, block);
        });
    }
}

void conv_gemm(const ConvArgs& args, Rows rows) {
    const ConvGeometry& g = args.geometry;
    if (g.kernel == 1 && g.stride == 1 && g.pad == 0) {
        const int pixels = (rows.end - rows.begin) * args.output.width;
        Band band = make_band(g, args.input, args.output, 0);
        band.input.data = args.input.pixel(rows.begin, 0);
        band.output.data = args.output.pixel(rows.begin, 0);
        band.input.first_row = band.output.first_row = 0;
        band.input.width = band.output.width = pixels;
        if (pixels > 0) conv_band(args, band);
        return;
    }
    for (int y = rows.begin; y < rows.end; ++y) conv_band(args, make_band(g, args.input, args.output, y));
}

}  // namespace
}  // namespace featherface::kernels
