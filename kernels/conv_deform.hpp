// Modulated deformable convolution: a tile of pixels is sampled into a small matrix (a row per pixel: tap by
// tap, all channels), which the micro-kernel then multiplies as a pointwise convolution with kernel * kernel
// * channels inputs. Positions, bilinear weights and masks of a tile are computed in registers across
// samples, the sampling itself across channels. The whole input is in memory, as any pixel of it may be
// sampled.
//
// Any offset is safe: corners outside the map get weight 0 and an address inside it; a NaN offset or mask
// makes its pixel NaN, an infinite offset is outside the map.
#pragma once

#include "kernels/conv_gemm.hpp"

namespace featherface::kernels {
namespace {

constexpr int kDeformPixels = kTilePixels<1>;

// Samples in a tile, rounded up to whole registers.
FEATHERFACE_INLINE int sample_capacity(const ConvGeometry& g) {
    return divide_up(kDeformPixels * g.kernel * g.kernel, kLanes) * kLanes;
}

// The position and mask logit of each sample (pixel by pixel, tap by tap), as arrays.
struct Samples {
    float* y;
    float* x;
    float* mask;
    static constexpr int kArrays = 3;
};

ConvGeometry deform_product(const ConvGeometry& g) {
    return {g.kernel * g.kernel * g.in_channels, g.out_channels, 1, 1, 0, 1};
}

std::size_t conv_deform_scratch_floats(const ConvGeometry& g, int output_width) {
    const auto samples = static_cast<std::size_t>(sample_capacity(g));
    return samples * (Samples::kArrays + g.in_channels) +
           conv_gemm_scratch_floats(deform_product(g), output_width);
}

// Positions and mask logits of the `count` output pixels from (y, x) on, zeros behind them to whole
// registers.
FEATHERFACE_INLINE void locate_samples(const DeformConvArgs& args, int y, int x, int count,
                                       const Samples& samples) {
    const ConvGeometry& g = args.conv.geometry;
    int i = 0;
    for (int p = 0; p < count; ++p) {
        const float* offset = args.offset.pixel(y, x);
        const float* mask = args.mask.pixel(y, x);
        const int top = y * g.stride - g.pad;
        const int left = x * g.stride - g.pad;
        for (int ky = 0; ky < g.kernel; ++ky) {
            const auto tap_y = static_cast<float>(top + ky);
            auto tap_x = static_cast<float>(left);
            for (int kx = 0; kx < g.kernel; ++kx, ++i, offset += 2, ++mask, tap_x += 1) {
                samples.y[i] = tap_y + offset[0];
                samples.x[i] = tap_x + offset[1];
                samples.mask[i] = *mask;
            }
        }
        if (++x == args.conv.output.width) {
            x = 0;
            ++y;
        }
    }
    for (; i % kLanes != 0; ++i) samples.y[i] = samples.x[i] = samples.mask[i] = 0;
}

// The two cells around `position` along one axis of `size` cells, and their linear weights, 0 for a cell
// outside.
struct AxisWeights {
    Vec low;
    Vec high;
    IntVec low_cell;
    IntVec high_cell;
};
FEATHERFACE_INLINE AxisWeights axis_weights(Vec position, int size) {
    const Vec zero(0.0f);
    const Vec last(static_cast<float>(size - 1));
    const Vec low = floor(position);
    const Vec high = low + Vec(1.0f);
    const Vec fraction = position - low;
    // Comparisons are false for a NaN, which therefore stays in the weights; as a cell it is 0.
    const auto cell = [&](Vec v)
                          FEATHERFACE_LAMBDA { return to_int(min_or_second(max_or_second(v, zero), last)); };
    return {select((low < zero) | (low > last), zero, Vec(1.0f) - fraction),
            select((high < zero) | (high > last), zero, fraction), cell(low), cell(high)};
}

// The corners of kLanes samples (top left, top right, bottom left, bottom right): their weights, and their
// pixels, counted from the map's first.
struct Corners {
    float weight[4][kLanes];
    std::int32_t pixel[4][kLanes];
};
FEATHERFACE_INLINE void find_corners(const ConstMap& input, const Samples& samples, int first,
                                     Corners& corners) {
    const AxisWeights y = axis_weights(load(samples.y + first), input.height);
    const AxisWeights x = axis_weights(load(samples.x + first), input.width);
    const Vec mask = Vec(2.0f) * sigmoid(load(samples.mask + first));
    const Vec top = y.low * mask;
    const Vec bottom = y.high * mask;
    store(corners.weight[0], top * x.low);
    store(corners.weight[1], top * x.high);
    store(corners.weight[2], bottom * x.low);
    store(corners.weight[3], bottom * x.high);
    const IntVec top_row = y.low_cell * IntVec(input.width);
    const IntVec bottom_row = y.high_cell * IntVec(input.width);
    (top_row + x.low_cell).store_unaligned(corners.pixel[0]);
    (top_row + x.high_cell).store_unaligned(corners.pixel[1]);
    (bottom_row + x.low_cell).store_unaligned(corners.pixel[2]);
    (bottom_row + x.high_cell).store_unaligned(corners.pixel[3]);
}

// A row of channels for each of `count` samples. The corners of some registers of samples are known before
// the first of these is taken: numbers stored as a vector and read one by one have to wait for the store.
FEATHERFACE_INLINE void take_samples(const ConstMap& input, int count, const Samples& samples,
                                     float* matrix) {
    constexpr int kAtOnce = 64;
    Corners known[kAtOnce / kLanes];
    for (int first = 0; first < count; first += kAtOnce) {
        const int end = count - first < kAtOnce ? count : first + kAtOnce;
        for (int i = first; i < end; i += kLanes)
            find_corners(input, samples, i, known[(i - first) / kLanes]);
        for (int i = first; i < end; ++i) {
            const Corners& corners = known[(i - first) / kLanes];
            const int lane = i % kLanes;
            const float* corner[4];
            Vec weight[4];
            unroll<4>([&](auto j) FEATHERFACE_LAMBDA {
                corner[j.value] = input.data + static_cast<std::ptrdiff_t>(corners.pixel[j.value][lane]) *
                                                   input.pixel_stride;
                weight[j.value] = corners.weight[j.value][lane];
            });
            float* const out = matrix + static_cast<std::ptrdiff_t>(i) * input.channels;
            for_each_vector(input.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                Vec value = part.load(corner[0] + c) * weight[0];
                value = fma(part.load(corner[1] + c), weight[1], value);
                value = fma(part.load(corner[2] + c), weight[2], value);
                value = fma(part.load(corner[3] + c), weight[3], value);
                part.store(out + c, value);
            });
        }
    }
}

FEATHERFACE_INLINE void check_deform(const DeformConvArgs& args, Rows rows) {
    const ConvArgs& conv = args.conv;
    [[maybe_unused]] const int taps = conv.geometry.kernel * conv.geometry.kernel;
    FEATHERFACE_ASSERT(conv.geometry.groups == 1 && conv.scratch != nullptr);
    FEATHERFACE_ASSERT(conv.input.first_row == 0);
    check_conv(conv, rows, 1);
    FEATHERFACE_ASSERT(are_apart(conv.output, rows, conv.input, {0, conv.input.height}));
    FEATHERFACE_ASSERT(same_size(args.offset, conv.output) && args.offset.channels == 2 * taps);
    FEATHERFACE_ASSERT(same_size(args.mask, conv.output) && args.mask.channels == taps);
    FEATHERFACE_ASSERT(has_rows(args.offset, rows) && has_rows(args.mask, rows));
    FEATHERFACE_ASSERT(are_apart(conv.output, args.offset, rows) && are_apart(conv.output, args.mask, rows));
}

void conv_deform(const DeformConvArgs& args, Rows rows) {
    check_deform(args, rows);
    const ConvArgs& conv = args.conv;
    const int taps = conv.geometry.kernel * conv.geometry.kernel;
    const int capacity = sample_capacity(conv.geometry);
    const Samples samples{conv.scratch, conv.scratch + capacity, conv.scratch + 2 * capacity};
    float* const matrix = conv.scratch + static_cast<std::ptrdiff_t>(capacity) * Samples::kArrays;

    ConvArgs product = conv;
    product.geometry = deform_product(conv.geometry);
    product.scratch = matrix + static_cast<std::ptrdiff_t>(capacity) * conv.geometry.in_channels;
    const int width = product.geometry.in_channels;
    const std::ptrdiff_t end = static_cast<std::ptrdiff_t>(rows.end) * conv.output.width;
    std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(rows.begin) * conv.output.width;
    while (pixel < end) {
        const int count = end - pixel < kDeformPixels ? static_cast<int>(end - pixel) : kDeformPixels;
        const int y = static_cast<int>(pixel / conv.output.width);
        const int x = static_cast<int>(pixel % conv.output.width);
        locate_samples(args, y, x, count, samples);
        take_samples(conv.input, count * taps, samples, matrix);
        product.input = {matrix, 1, count, width, width};
        product.output = {conv.output.pixel(y, x), 1, count, conv.output.channels, conv.output.pixel_stride};
        conv_gemm(product, {0, 1});
        pixel += count;
    }
}

}  // namespace
}  // namespace featherface::kernels
