#include "engine/detect/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace featherface::engine {

namespace {

// Weights are whole numbers of 2^-22: 255 times their sum still fits 32 bits, and the result is the same on
// every machine.
constexpr int kFractionBits = 22;

std::uint8_t rounded(std::int32_t sum) {
    constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);
    return static_cast<std::uint8_t>(std::clamp((sum + kHalf) >> kFractionBits, 0, 255));
}

// Which old samples make a new one, along one direction; weights add up to 1.
struct Taps {
    int first = 0;
    std::vector<std::int32_t> weights;

    int last() const { return first + static_cast<int>(weights.size()); }
};

// For the new samples from `from`, `count` of them.
std::vector<Taps> triangle_taps(int old_size, std::int64_t new_size, std::int64_t from, int count) {
    const double scale = static_cast<double>(old_size) / static_cast<double>(new_size);
    const double radius = std::max(scale, 1.0), steepness = 1 / radius;
    std::vector<Taps> all(static_cast<std::size_t>(count));
    for (Taps& taps : all) {
        const double centre = (static_cast<double>(from++) + 0.5) * scale;
        taps.first = std::max(0, static_cast<int>(centre - radius + 0.5));
        const int last = std::min(old_size, static_cast<int>(centre + radius + 0.5));
        std::vector<double> weights;
        double sum = 0;
        for (int j = taps.first; j < last; ++j) {
            weights.push_back(std::max(0.0, 1 - std::abs((j - centre + 0.5) * steepness)));
            sum += weights.back();
        }
        for (const double weight : weights) {
            taps.weights.push_back(
                static_cast<std::int32_t>(weight * (1 / sum) * (1 << kFractionBits) + 0.5));
        }
    }
    return all;
}

template <int kChannels>
void resize_row(const std::uint8_t* old_row, const std::vector<Taps>& columns, std::uint8_t* new_row) {
    for (const Taps& column : columns) {
        const std::uint8_t* pixel = old_row + std::ptrdiff_t{column.first} * kChannels;
        std::int32_t sums[kChannels] = {};
        for (const std::int32_t weight : column.weights) {
            for (int channel = 0; channel < kChannels; ++channel) sums[channel] += weight * pixel[channel];
            pixel += kChannels;
        }
        for (const std::int32_t sum : sums) *new_row++ = rounded(sum);
    }
}

void resize_row(int channels, const std::uint8_t* old_row, const std::vector<Taps>& columns,
                std::uint8_t* new_row) {
    if (channels == 1) return resize_row<1>(old_row, columns, new_row);
    if (channels == 3) return resize_row<3>(old_row, columns, new_row);
    return resize_row<4>(old_row, columns, new_row);
}

}  // namespace

Image resize(const ImageView& image, int width, int height) {
    return resize(image, width, height, {0, 0, width, height});
}

// First along the rows that matter, rounding, then along the columns, rounding again.
Image resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part) {
    const int channels = bytes_per_pixel(image.format);
    const std::vector<Taps> columns = triangle_taps(image.width, width, part.left, part.width);
    const std::vector<Taps> rows = triangle_taps(image.height, height, part.top, part.height);

    const int top = rows.front().first, bottom = rows.back().last();
    const std::size_t row_bytes = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(channels);
    std::vector<std::uint8_t> narrow(static_cast<std::size_t>(bottom - top) * row_bytes);
    for (int y = top; y < bottom; ++y) {
        resize_row(channels, image.data + y * image.row_stride, columns,
                   narrow.data() + static_cast<std::size_t>(y - top) * row_bytes);
    }

    Image out{part.width, part.height, image.format, {}};
    out.pixels.reserve(static_cast<std::size_t>(part.height) * row_bytes);
    std::vector<std::int32_t> sums(row_bytes);
    for (const Taps& row : rows) {
        std::fill(sums.begin(), sums.end(), 0);
        const std::uint8_t* old_row = narrow.data() + static_cast<std::size_t>(row.first - top) * row_bytes;
        for (const std::int32_t weight : row.weights) {
            for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += weight * old_row[i];
            old_row += row_bytes;
        }
        for (const std::int32_t sum : sums) out.pixels.push_back(rounded(sum));
    }
    return out;
}

}  // namespace featherface::engine
