// 8-bit pixels to floats minus a mean per channel: output(y, x, {0, 1, 2}) = {B, G, R} - mean[{0, 1, 2}].
// There is one rounding, and none at all where the mean is a small integer.
#pragma once

#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

// A row of pixels whose bytes are in the networks' order: the means repeat every three registers.
void subtract_mean_bgr(const std::uint8_t* in, const float* mean, float* out, int width) {
    constexpr int kAtOnce = 3 * kLanes;
    float means[kAtOnce];
    for (int i = 0; i < kAtOnce; ++i) means[i] = mean[i % 3];
    const int values = 3 * width;
    int i = 0;
    for (; i + kAtOnce <= values; i += kAtOnce) {
        for (int j = 0; j < kAtOnce; j += kLanes)
            store(out + i + j, load_bytes(in + i + j) - load(means + j));
    }
    for (; i < values; ++i) out[i] = static_cast<float>(in[i]) - mean[i % 3];
}

using Bytes = std::uint8_t __attribute__((vector_size(16)));

// The bytes at kFrom. (g++ 11 knows the one builtin only, clang the other.)
template <int... kFrom>
FEATHERFACE_INLINE Bytes shuffle_bytes(Bytes bytes) {
#if defined(__GNUC__) && !defined(__clang__)
    return __builtin_shuffle(bytes, Bytes{kFrom...});
#else
    return __builtin_shufflevector(bytes, bytes, kFrom...);
#endif
}

// A row of `width` pixels of kBytes bytes, of which kBlue, kGreen and kRed count, to dense output. Four
// pixels at a time are converted by the compiler's own vectors: xsimd 8.1 does not shuffle bytes.
template <int kBytes, int kBlue, int kGreen, int kRed>
void subtract_mean_row(const std::uint8_t* in, const float* mean, float* out, int width) {
    constexpr int kPixels = 4;
    constexpr int kAtOnce = 16;  // bytes read and floats written: more than the pixels', but inside the row
    float means[kAtOnce] = {};
    for (int i = 0; i < 3 * kPixels; ++i) means[i] = mean[i % 3];
    int x = 0;
    for (; kHasByteShuffle && kBytes * (width - x) >= kAtOnce && 3 * (width - x) >= kAtOnce; x += kPixels) {
        Bytes bytes;
        __builtin_memcpy(&bytes, in + x * kBytes, sizeof bytes);
        bytes = shuffle_bytes<kBlue, kGreen, kRed, kBytes + kBlue, kBytes + kGreen, kBytes + kRed,
                              2 * kBytes + kBlue, 2 * kBytes + kGreen, 2 * kBytes + kRed, 3 * kBytes + kBlue,
                              3 * kBytes + kGreen, 3 * kBytes + kRed, 12, 13, 14, 15>(bytes);
        std::uint8_t ordered[kAtOnce];
        __builtin_memcpy(ordered, &bytes, sizeof ordered);
        for (int i = 0; i < kAtOnce; i += kLanes) {
            store(out + 3 * x + i, load_bytes(ordered + i) - load(means + i));
        }
    }
    for (; x < width; ++x) {
        const std::uint8_t* pixel = in + x * kBytes;
        out[3 * x] = static_cast<float>(pixel[kBlue]) - mean[0];
        out[3 * x + 1] = static_cast<float>(pixel[kGreen]) - mean[1];
        out[3 * x + 2] = static_cast<float>(pixel[kRed]) - mean[2];
    }
}

FEATHERFACE_INLINE bool is_pixel_format(int bytes_per_pixel, const int* offsets) {
    const auto are = [&](int blue, int green, int red) {
        return offsets[0] == blue && offsets[1] == green && offsets[2] == red;
    };
    if (bytes_per_pixel == 1) return are(0, 0, 0);
    return (bytes_per_pixel == 3 || bytes_per_pixel == 4) && (are(0, 1, 2) || are(2, 1, 0));
}

void subtract_mean(const std::uint8_t* pixels, std::ptrdiff_t row_stride, int bytes_per_pixel,
                   const int* offsets, const float* mean, Map output, Rows rows) {
    FEATHERFACE_ASSERT(pixels != nullptr && offsets != nullptr && mean != nullptr);
    FEATHERFACE_ASSERT(is_pixel_format(bytes_per_pixel, offsets));
    FEATHERFACE_ASSERT(output.channels == 3 && output.pixel_stride == 3);
    FEATHERFACE_ASSERT(has_rows(output, rows));
    const bool red_first = offsets[0] > offsets[2];
    const auto convert = bytes_per_pixel == 1 ? subtract_mean_row<1, 0, 0, 0>
                         : bytes_per_pixel == 3
                             ? (red_first ? subtract_mean_row<3, 2, 1, 0> : subtract_mean_bgr)
                             : (red_first ? subtract_mean_row<4, 2, 1, 0> : subtract_mean_row<4, 0, 1, 2>);
    for (int y = rows.begin; y < rows.end; ++y)
        convert(pixels + y * row_stride, mean, output.pixel(y, 0), output.width);
}

}  // namespace
}  // namespace featherface::kernels
