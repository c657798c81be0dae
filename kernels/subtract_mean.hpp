// 8-bit pixels to floats minus a mean per channel: output(y, x, {0, 1, 2}) = {B, G, R} - mean[{0, 1, 2}]. One
// rounding, none at all where the mean is a small integer.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

// Interleaved BGR rows to dense output rows: nothing moves, so whole blocks convert by a repeated pattern of
// means.
FEATHERFACE_INLINE void subtract_mean_row(const std::uint8_t* in, const float* mean, float* out, int values) {
    constexpr int kBlock = 3 * kLanes;
    float pattern[kBlock];
    for (int i = 0; i < kBlock; ++i) pattern[i] = mean[i % 3];
    int i = 0;
    for (; i + kBlock <= values; i += kBlock) {
        for (int j = 0; j < kBlock; ++j) out[i + j] = static_cast<float>(in[i + j]) - pattern[j];
    }
    for (int j = 0; i < values; ++i, ++j) out[i] = static_cast<float>(in[i]) - pattern[j];
}

void subtract_mean(const std::uint8_t* pixels, std::ptrdiff_t row_stride, int bytes_per_pixel,
                   const int* offsets, const float* mean, Map output, Rows rows) {
    const bool interleaved = bytes_per_pixel == 3 && offsets[0] == 0 && offsets[1] == 1 && offsets[2] == 2 &&
                             output.pixel_stride == 3;
    for (int y = rows.begin; y < rows.end; ++y) {
        const std::uint8_t* in = pixels + y * row_stride;
        float* out = output.pixel(y, 0);
        if (interleaved) {
            subtract_mean_row(in, mean, out, 3 * output.width);
            continue;
        }
        for (int x = 0; x < output.width; ++x, in += bytes_per_pixel, out += output.pixel_stride) {
            for (int c = 0; c < 3; ++c) out[c] = static_cast<float>(in[offsets[c]]) - mean[c];
        }
    }
}

}  // namespace
}  // namespace featherface::kernels
