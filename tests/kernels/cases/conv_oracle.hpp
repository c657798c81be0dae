// Convolutions in plain loops and double precision, sharing nothing with the kernels: what the kernels must
// compute, with a bound on the error of any float32 summation of it.
#pragma once

#include <cmath>
#include <vector>

#include "tests/kernels/test_map.hpp"

namespace featherface::test {

using kernels::ConvGeometry;

inline int output_size(const ConvGeometry& g, int input) {
    return (input + 2 * g.pad - g.kernel) / g.stride + 1;
}

// `weights` is OIHW; a sum of n products and a bias in any order, each operation rounded, errs by at most
// (n + 1) * u * sum of magnitudes to first order; one more for the activation.
inline Expected conv_at(const ConvGeometry& g, const TestMap& input, const std::vector<float>& weights,
                        const std::vector<float>& scale, const std::vector<float>& bias, int y, int x,
                        int o) {
    const int group_inputs = g.in_channels / g.groups;
    const int group_outputs = g.out_channels / g.groups;
    const int first_input = o / group_outputs * group_inputs;
    double sum = 0, magnitude = 0;
    for (int i = 0; i < group_inputs; ++i) {
        for (int ky = 0; ky < g.kernel; ++ky) {
            for (int kx = 0; kx < g.kernel; ++kx) {
                const int iy = y * g.stride - g.pad + ky;
                const int ix = x * g.stride - g.pad + kx;
                if (iy < 0 || iy >= input.map().height || ix < 0 || ix >= input.map().width) continue;
                const double product =
                    static_cast<double>(input.at(iy, ix, first_input + i)) *
                    weights[((static_cast<std::size_t>(o) * group_inputs + i) * g.kernel + ky) * g.kernel +
                            kx];
                sum += product;
                magnitude += std::abs(product);
            }
        }
    }
    const double factor = scale.empty() ? 1 : scale[o], shift = bias.empty() ? 0 : bias[o];
    magnitude = magnitude * std::abs(factor) + std::abs(shift);
    return {sum * factor + shift, (group_inputs * g.kernel * g.kernel + 4) * kUnitRoundoff * magnitude};
}

// Modulated deformable convolution; the position of a sample is a float, what follows is exact. The bound
// adds the error of the bilinear weights (a few roundings, relative to the corners rather than to the sample)
// and of the mask.
inline Expected deform_conv_at(const ConvGeometry& g, const TestMap& input, const TestMap& offset,
                               const TestMap& mask, const std::vector<float>& weights,
                               const std::vector<float>& bias, int y, int x, int o) {
    const int height = input.map().height;
    const int width = input.map().width;
    double sum = bias.empty() ? 0 : static_cast<double>(bias[o]);
    double magnitude = std::abs(sum);
    for (int ky = 0; ky < g.kernel; ++ky) {
        for (int kx = 0; kx < g.kernel; ++kx) {
            const int k = ky * g.kernel + kx;
            const float sample_y = static_cast<float>(y * g.stride - g.pad + ky) + offset.at(y, x, 2 * k);
            const float sample_x = static_cast<float>(x * g.stride - g.pad + kx) + offset.at(y, x, 2 * k + 1);
            if (sample_y <= -1 || sample_y >= static_cast<float>(height)) continue;
            if (sample_x <= -1 || sample_x >= static_cast<float>(width)) continue;
            const double factor = 2 / (1 + std::exp(-static_cast<double>(mask.at(y, x, k))));
            const double low_y = std::floor(sample_y);
            const double low_x = std::floor(sample_x);
            for (int i = 0; i < g.in_channels; ++i) {
                const double weight =
                    weights[(static_cast<std::size_t>(o) * g.in_channels + i) * g.kernel * g.kernel + k];
                for (int corner = 0; corner < 4; ++corner) {
                    const double cy = low_y + corner / 2;
                    const double cx = low_x + corner % 2;
                    if (cy < 0 || cy >= height || cx < 0 || cx >= width) continue;
                    const double value =
                        factor * weight * input.at(static_cast<int>(cy), static_cast<int>(cx), i);
                    sum += value * (1 - std::abs(sample_y - cy)) * (1 - std::abs(sample_x - cx));
                    magnitude += std::abs(value);
                }
            }
        }
    }
    return {sum, (g.in_channels * g.kernel * g.kernel + 16) * kUnitRoundoff * magnitude};
}

}  // namespace featherface::test
