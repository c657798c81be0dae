// Modulated deformable convolution: a tile of pixels is sampled into a small matrix (a row a pixel: tap by
// tap, all channels), which the micro-kernel then multiplies as a pointwise convolution with kernel * kernel
// * channels inputs. Positions, bilinear weights and masks of a tile are computed in registers across
// samples, the sampling itself across channels.
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

// Of each sample (pixel by pixel, tap by tap), as arrays: its position and mask logit; then of its four
// corners (top left, top right, bottom left, bottom right) the weights and the pixels, counted from the map's
// first.
struct Samples {
    float* y;
    float* x;
    float* mask;
    float* weight[4];
    std::int32_t* pixel[4];
    static constexpr int kArrays = 11;
};

FEATHERFACE_INLINE Samples make_samples(float* memory, int capacity) {
    Samples s{};
    const auto take = [&]() FEATHERFACE_LAMBDA {
        float* array = memory;
        memory += capacity;
        return array;
    };
    s.y = take();
    s.x = take();
    s.mask = take();
    for (float*& weight : s.weight) weight = take();
    for (std::int32_t*& pixel : s.pixel) pixel = reinterpret_cast<std::int32_t*>(take());
    return s;
}

ConvGeometry deform_product(const ConvGeometry& g) {
    return {g.kernel * g.kernel * g.in_channels, g.out_channels, 1, 1, 0, 1};
}

std::size_t conv_deform_scratch_floats(const ConvGeometry& g, int output_width) {
    const auto samples = static_cast<std::size_t>(sample_capacity(g));
    return samples * (Samples::kArrays + g.in_channels) +
           conv_gemm_scratch_floats(deform_product(g), output_width);
}

// Positions and mask logits of the `count` output pixels from (y, x) on.
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
}

// Along one axis of `size` cells: the two cells around `position` and their linear weights, 0 for a cell
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
    const Vec low = xsimd::floor(position);
    const Vec high = low + Vec(1.0f);
    const Vec fraction = position - low;
    // Comparisons are false for a NaN, which therefore stays in the weights; as a cell it is 0.
    const auto cell = [&](Vec v) FEATHERFACE_LAMBDA {
        return xsimd::to_int(min_or_second(max_or_second(v, zero), last));
    };
    return {xsimd::select((low < zero) | (low > last), zero, Vec(1.0f) - fraction),
            xsimd::select((high < zero) | (high > last), zero, fraction), cell(low), cell(high)};
}

FEATHERFACE_INLINE void weigh_samples(const ConstMap& input, int count, const Samples& samples) {
    // Whole registers: the arrays are that long, and what lies beyond `count` is not looked at.
    for (int i = 0; i < count; i += kLanes) {
        const AxisWeights y = axis_weights(load(samples.y + i), input.height);
        const AxisWeights x = axis_weights(load(samples.x + i), input.width);
        const Vec mask = Vec(2.0f) * sigmoid(load(samples.mask + i));
        const Vec top = y.low * mask;
        const Vec bottom = y.high * mask;
        store(samples.weight[0] + i, top * x.low);
        store(samples.weight[1] + i, top * x.high);
        store(samples.weight[2] + i, bottom * x.low);
        store(samples.weight[3] + i, bottom * x.high);
        const IntVec top_row = y.low_cell * IntVec(input.width);
        const IntVec bottom_row = y.high_cell * IntVec(input.width);
        (top_row + x.low_cell).store_unaligned(samples.pixel[0] + i);
        (top_row + x.high_cell).store_unaligned(samples.pixel[1] + i);
        (bottom_row + x.low_cell).store_unaligned(samples.pixel[2] + i);
        (bottom_row + x.high_cell).store_unaligned(samples.pixel[3] + i);
    }
}

FEATHERFACE_INLINE void take_samples(const ConstMap& input, int count, const Samples& samples,
                                     float* matrix) {
    for (int i = 0; i < count; ++i, matrix += input.channels) {
        const float* corner[4];
        Vec weight[4];
        unroll<4>([&](auto j) FEATHERFACE_LAMBDA {
            corner[j.value] =
                input.data + static_cast<std::ptrdiff_t>(samples.pixel[j.value][i]) * input.pixel_stride;
            weight[j.value] = samples.weight[j.value][i];
        });
        for_each_vector(input.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            Vec value = part.load(corner[0] + c) * weight[0];
            value = fma(part.load(corner[1] + c), weight[1], value);
            value = fma(part.load(corner[2] + c), weight[2], value);
            value = fma(part.load(corner[3] + c), weight[3], value);
            part.store(matrix + c, value);
        });
    }
}

void conv_deform(const DeformConvArgs& args, Rows rows) {
    const ConvArgs& conv = args.conv;
    const int taps = conv.geometry.kernel * conv.geometry.kernel;
    const int capacity = sample_capacity(conv.geometry);
    const Samples samples = make_samples(conv.scratch, capacity);
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
        weigh_samples(conv.input, count * taps, samples);
        take_samples(conv.input, count * taps, samples, matrix);
        product.input = {matrix, 1, count, width, width};
        product.output = {conv.output.pixel(y, x), 1, count, conv.output.channels, conv.output.pixel_stride};
        conv_gemm(product, {0, 1});
        pixel += count;
    }
}

}  // namespace
}  // namespace featherface::kernels
