// 3x3 convolution, stride 1, pad 1, of many channels by Winograd's minimal filtering F(4x4, 3x3) (Lavin and
// Gray, "Fast algorithms for convolutional neural networks", 2016): an output tile of 4x4 pixels takes 36
// products per pair of channels in place of 144.
//
//   V = B' d B     the 6x6 inputs of a tile, per input channel
//   M = sum over input channels of U * V, point by point, U = G w G' made when weights are packed: 36
//   products of
//       matrices, (tiles x in_channels) * (in_channels x out_channels), done by the micro-kernel
//   y = A' M A     the 4x4 outputs, per output channel
//
//        |  1  -3/2  -2   3/2   1   0 |         |    1      0      0   |
//        |  0   -1   1/2  5/2   1   0 |         |   1/3    1/3    1/3  |         | 1  1   1   1   1  0 |
//   B' = |  0    1  -5/2  1/2   1   0 |     G = |  -1/3    1/3   -1/3  |    A' = | 0  1  -1  1/2 -2  0 |
//        |  0   -2   -1    2    1   0 |         | -16/15  -8/15  -4/15 |         | 0  1   1  1/4  4  0 |
//        |  0   1/2  -1  -1/2   1   0 |         |  1/15  -2/15   4/15  |         | 0  1  -1  1/8 -8  1 |
//        |  0    1  -3/2  -2   3/2  1 |         |    0      0      1   |
//
// They are the transforms of the interpolation points 0, 1, -1, 1/2, -2 and infinity: with the points' sums
// taken in pieces rounding errors stay at the level of the direct sum's, where the usual 0, 1, -1, 2, -2 lose
// a bit or more. Tiles lie on a fixed grid, so results do not depend on the rows asked for. A NaN or infinity
// spreads over all tiles whose inputs it is among.
#pragma once

#include "kernels/conv_blocks.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

constexpr int kWinogradSide = 6;     // inputs along a tile's side
constexpr int kWinogradOutputs = 4;  // outputs along it: the block of output rows that it works in
constexpr int kWinogradPoints = kWinogradSide * kWinogradSide;
constexpr int kWinogradPiece = 16;  // of a point's sum: its error counts several times in the outputs
constexpr int kWinogradTiles = 24;  // transformed together; room for the micro-kernel's whole tiles
static_assert(kWinogradTiles % kTilePixels<1> == 0 && kWinogradTiles % kTilePixels<kMaxVectors> == 0);

bool conv_winograd_supports(const ConvGeometry& g) {
    // With fewer channels the transforms take more of what they save.
    return g.groups == 1 && g.kernel == 3 && g.stride == 1 && g.pad == 1 && g.in_channels >= 12 &&
           g.out_channels >= 16;
}

// Output channels rounded up to whole registers: the row length of M.
FEATHERFACE_INLINE int winograd_row(const ConvGeometry& g) {
    return divide_up(g.out_channels, kLanes) * kLanes;
}

// The geometry of the product at one point.
FEATHERFACE_INLINE ConvGeometry winograd_product(const ConvGeometry& g) {
    return {g.in_channels, g.out_channels, 1, 1, 0, 1};
}

// Packed are the scales and biases of all channels, then for each point its weights in blocks, without their
// epilogues.
std::size_t conv_winograd_packed_floats(const ConvGeometry& g) {
    return static_cast<std::size_t>(winograd_row(g)) * (2 + kWinogradPoints * g.in_channels);
}

// Floats from a point of V or M, `row` floats a tile, to the next. Without the cache line between them the
// points of a tile would be a multiple of 2 KiB apart for many channel counts, and thrust one another out of
// the cache.
FEATHERFACE_INLINE std::ptrdiff_t winograd_point_step(int row) {
    return static_cast<std::ptrdiff_t>(kWinogradTiles) * row + 16;
}

// V, M, and the zeros that a tile reads outside the map.
std::size_t conv_winograd_scratch_floats(const ConvGeometry& g, int /*output_width*/) {
    const std::ptrdiff_t steps = winograd_point_step(g.in_channels) + winograd_point_step(winograd_row(g));
    return static_cast<std::size_t>(kWinogradPoints * steps + g.in_channels);
}

// G w G' of one 3x3 filter.
FEATHERFACE_INLINE void transform_filter(const float* w, double (&u)[kWinogradSide][kWinogradSide]) {
    constexpr double kG[kWinogradSide][3] = {{1, 0, 0},
                                             {1 / 3.0, 1 / 3.0, 1 / 3.0},
                                             {-1 / 3.0, 1 / 3.0, -1 / 3.0},
                                             {-16 / 15.0, -8 / 15.0, -4 / 15.0},
                                             {1 / 15.0, -2 / 15.0, 4 / 15.0},
                                             {0, 0, 1}};
    for (int i = 0; i < kWinogradSide; ++i) {
        double row[3];
        for (int kx = 0; kx < 3; ++kx)
            row[kx] = kG[i][0] * w[kx] + kG[i][1] * w[3 + kx] + kG[i][2] * w[6 + kx];
        for (int j = 0; j < kWinogradSide; ++j)
            u[i][j] = kG[j][0] * row[0] + kG[j][1] * row[1] + kG[j][2] * row[2];
    }
}

void conv_winograd_pack(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    const int row = winograd_row(g);
    const std::ptrdiff_t point_floats = static_cast<std::ptrdiff_t>(row) * g.in_channels;
    for (int c = 0; c < row; ++c) {
        packed[c] = packed[row + c] = 0;
        if (c < g.out_channels) pack_epilogue(constants, c, packed + c, row);
    }
    packed += 2 * row;
    for_each_block<Tails::none>(winograd_product(g), [&](const Block& block) FEATHERFACE_LAMBDA {
        const int lanes = block.vectors * kLanes;
        for (int input = 0; input < g.in_channels; ++input) {
            for (int lane = 0; lane < lanes; ++lane) {
                double u[kWinogradSide][kWinogradSide] = {};
                const std::ptrdiff_t filter =
                    static_cast<std::ptrdiff_t>(block.first_output + lane) * g.in_channels + input;
                if (lane < block.outputs) transform_filter(constants.weights + 9 * filter, u);
                for (int point = 0; point < kWinogradPoints; ++point) {
                    packed[point * point_floats + input * lanes + lane] =
                        static_cast<float>(u[point / kWinogradSide][point % kWinogradSide]);
                }
            }
        }
        packed += static_cast<std::ptrdiff_t>(lanes) * g.in_channels;
    });
}

// B' d.
FEATHERFACE_INLINE void transform_input(const Vec (&d)[kWinogradSide], Vec (&v)[kWinogradSide]) {
    const Vec even = d[4] - d[2], odd = d[3] - d[1];
    v[0] = fma(Vec(1.5f), odd, fma(Vec(-2.0f), d[2], d[0] + d[4]));
    v[1] = fma(Vec(2.5f), d[3], fma(Vec(0.5f), d[2], d[4] - d[1]));
    v[2] = fma(Vec(-2.5f), d[2], fma(Vec(0.5f), d[3], d[4] + d[1]));
    v[3] = fma(Vec(2.0f), odd, even);
    v[4] = fma(Vec(-0.5f), odd, even);
    v[5] = fma(Vec(1.5f), even, fma(Vec(-2.0f), d[3], d[5] + d[1]));
}

// A' m.
FEATHERFACE_INLINE void transform_output(const Vec (&m)[kWinogradSide], Vec (&y)[kWinogradOutputs]) {
    const Vec sum = m[1] + m[2], difference = m[1] - m[2];
    y[0] = (m[0] + sum) + (m[3] + m[4]);
    y[1] = fma(Vec(-2.0f), m[4], fma(Vec(0.5f), m[3], difference));
    y[2] = fma(Vec(4.0f), m[4], fma(Vec(0.25f), m[3], sum));
    y[3] = fma(Vec(-8.0f), m[4], fma(Vec(0.125f), m[3], difference + m[5]));
}

// V of the tile whose outputs begin at (y, x): point p, channel c at out[p * point_step + c]. `zeros` are
// read where the tile is outside the map.
void winograd_input(const ConstMap& input, const float* zeros, int y, int x, float* out,
                    std::ptrdiff_t point_step) {
    const float* pixels[kWinogradSide][kWinogradSide];
    for (int i = 0; i < kWinogradSide; ++i) {
        for (int j = 0; j < kWinogradSide; ++j) {
            const int row = y - 1 + i, column = x - 1 + j;
            const bool inside = row >= 0 && row < input.height && column >= 0 && column < input.width;
            pixels[i][j] = inside ? input.pixel(row, column) : zeros;
        }
    }
    for_each_vector(input.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
        Vec columns[kWinogradSide][kWinogradSide];  // columns[j][i] = (B' d)[i][j]
        for (int j = 0; j < kWinogradSide; ++j) {
            Vec d[kWinogradSide];
            unroll<kWinogradSide>([&](auto i)
                                      FEATHERFACE_LAMBDA { d[i.value] = part.load(pixels[i.value][j] + c); });
            transform_input(d, columns[j]);
        }
        for (int i = 0; i < kWinogradSide; ++i) {
            Vec d[kWinogradSide], v[kWinogradSide];
            unroll<kWinogradSide>([&](auto j) FEATHERFACE_LAMBDA { d[j.value] = columns[j.value][i]; });
            transform_input(d, v);
            unroll<kWinogradSide>([&](auto j) FEATHERFACE_LAMBDA {
                part.store(out + (i * kWinogradSide + j.value) * point_step + c, v[j.value]);
            });
        }
    });
}

// The outputs of the tile at (y, x), those inside the map and in `rows`, from M: point p, channel c at
// in[p * point_step + c].
void winograd_output(const ConvArgs& args, const float* in, std::ptrdiff_t point_step, int y, int x,
                     Rows rows) {
    const float* const scales = args.weights;
    const float* const biases = scales + winograd_row(args.geometry);
    const int first_row = max_of(rows.begin, y), end_row = min_of(rows.end, y + kWinogradOutputs);
    const int columns = min_of(args.output.width - x, kWinogradOutputs);
    const Vec slope = args.slope;
    for_each_vector(args.output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
        Vec partial[kWinogradSide][kWinogradOutputs];  // partial[j][i] = (A' m)[i][j]
        for (int j = 0; j < kWinogradSide; ++j) {
            Vec m[kWinogradSide];
            unroll<kWinogradSide>([&](auto i) FEATHERFACE_LAMBDA {
                m[i.value] = load(in + (i.value * kWinogradSide + j) * point_step + c);
            });
            transform_output(m, partial[j]);
        }
        const Vec scale = load(scales + c), bias = load(biases + c);
        with_activation(ConvEpilogues{}, args.activation, [&](auto activation) FEATHERFACE_LAMBDA {
            for (int row = first_row; row < end_row; ++row) {
                Vec m[kWinogradSide], result[kWinogradOutputs];
                unroll<kWinogradSide>([&](auto j)
                                          FEATHERFACE_LAMBDA { m[j.value] = partial[j.value][row - y]; });
                transform_output(m, result);
                float* out = args.output.pixel(row, x) + c;
                unroll<kWinogradOutputs>([&](auto j) FEATHERFACE_LAMBDA {
                    if (j.value >= columns) return;
                    part.store(out + j.value * args.output.pixel_stride,
                               activate<activation.value>(fma(result[j.value], scale, bias), slope));
                });
            }
        });
    });
}

// Tiles that the micro-kernel computes when asked for `tiles`: whole tiles of its own.
template <int kVectors>
FEATHERFACE_INLINE int covered_tiles(int tiles) {
    int covered = 0;
    while (covered < tiles) covered += with_tile<kVectors>(tiles - covered, [](auto) FEATHERFACE_LAMBDA {});
    return covered;
}

// What the micro-kernel reads of V beyond the last of `tiles` tiles is set to 0: stale memory there could
// hold denormal numbers, which are slow. What comes of them is never looked at.
void zero_further_tiles(const ConvGeometry& g, int tiles, float* v) {
    const int covered = max_of(covered_tiles<1>(tiles), covered_tiles<kMaxVectors>(tiles));
    if (covered == tiles) return;
    const std::ptrdiff_t floats = static_cast<std::ptrdiff_t>(covered - tiles) * g.in_channels;
    for (int point = 0; point < kWinogradPoints; ++point) {
        float* const first = v + point * winograd_point_step(g.in_channels) +
                             static_cast<std::ptrdiff_t>(tiles) * g.in_channels;
        for_each_vector(floats, [&](std::ptrdiff_t i, auto part)
                                    FEATHERFACE_LAMBDA { part.store(first + i, Vec(0.0f)); });
    }
}

// M of all points for `tiles` tiles.
template <int kVectors>
void winograd_block(const ConvGeometry& g, const Block& block, const float* weights, const float* v,
                    int tiles, float* m) {
    const int row = winograd_row(g);
    const std::ptrdiff_t point_floats = static_cast<std::ptrdiff_t>(row) * g.in_channels;
    for (int point = 0; point < kWinogradPoints; ++point) {
        for (int next = 0; next < tiles;) {
            next += with_tile<kVectors>(tiles - next, [&](auto count) FEATHERFACE_LAMBDA {
                const Window window{v + point * winograd_point_step(g.in_channels) +
                                        static_cast<std::ptrdiff_t>(next) * g.in_channels,
                                    g.in_channels,
                                    1,
                                    0,
                                    1,
                                    0,
                                    g.in_channels};
                float* out = m + point * winograd_point_step(row) + static_cast<std::ptrdiff_t>(next) * row +
                             block.first_output;
                gemm_tile<count.value, kVectors, kWinogradPiece>(
                    window, weights + point * point_floats, [&](const auto& sums) FEATHERFACE_LAMBDA {
                        unroll<count.value>([&](auto p) FEATHERFACE_LAMBDA {
                            unroll<kVectors>([&](auto n) FEATHERFACE_LAMBDA {
                                store(out + p.value * row + n.value * kLanes, sums[p.value][n.value]);
                            });
                        });
                    });
            });
        }
    }
}

void conv_winograd(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(conv_winograd_supports(args.geometry) && args.scratch != nullptr);
    check_conv(args, rows, kWinogradOutputs);
    const ConvGeometry& g = args.geometry;
    const int row = winograd_row(g);
    float* const v = args.scratch;
    float* const m = v + kWinogradPoints * winograd_point_step(g.in_channels);
    float* const zeros = m + kWinogradPoints * winograd_point_step(row);
    for_each_vector(g.in_channels, [&](std::ptrdiff_t c, auto part)
                                       FEATHERFACE_LAMBDA { part.store(zeros + c, Vec(0.0f)); });
    const int across = divide_up(args.output.width, kWinogradOutputs);
    const int first_down = rows.begin / kWinogradOutputs;
    const int total = (divide_up(rows.end, kWinogradOutputs) - first_down) * across;
    for (int first = 0; first < total; first += kWinogradTiles) {
        const int tiles = min_of(kWinogradTiles, total - first);
        const auto for_each_tile = [&](const auto& f) FEATHERFACE_LAMBDA {
            for (int i = 0; i < tiles; ++i) {
                f(i, (first_down + (first + i) / across) * kWinogradOutputs,
                  (first + i) % across * kWinogradOutputs);
            }
        };
        for_each_tile([&](int i, int y, int x) FEATHERFACE_LAMBDA {
            winograd_input(args.input, zeros, y, x, v + static_cast<std::ptrdiff_t>(i) * g.in_channels,
                           winograd_point_step(g.in_channels));
        });
        // Later rounds find the values of the round before behind their own.
        if (first == 0) zero_further_tiles(g, tiles, v);
        const float* weights = args.weights + 2 * row;
        for_each_block<Tails::none>(winograd_product(g), [&](const Block& block) FEATHERFACE_LAMBDA {
            if (block.vectors == 2) {
                winograd_block<2>(g, block, weights, v, tiles, m);
            } else {
                winograd_block<1>(g, block, weights, v, tiles, m);
            }
            weights += static_cast<std::ptrdiff_t>(block.vectors * kLanes) * g.in_channels;
        });
        for_each_tile([&](int i, int y, int x) FEATHERFACE_LAMBDA {
            winograd_output(args, m + static_cast<std::ptrdiff_t>(i) * row, winograd_point_step(row), y, x,
                            rows);
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
