#include "engine/detect/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"

namespace featherface::engine {

namespace {

// Weights are whole numbers of 2^-22: 255 times their sum still fits 32 bits, and the result is the same on
// every machine.
constexpr int kFractionBits = 22;

std::uint8_t rounded(std::int32_t sum) {
    constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);
    return static_cast<std::uint8_t>(std::clamp((sum + kHalf) >> kFractionBits, 0, 255));
}

using Taps = Axis::Taps;

// Weighs for `count` new samples, from number `from` on.
void set_triangles(Axis& axis, int old_size, std::int64_t new_size, std::int64_t from, int count) {
    if (axis.is_for(old_size, new_size, from, count)) return;
    Axis made{old_size, count, new_size, from, std::vector<Taps>(static_cast<std::size_t>(count))};
    const double scale = static_cast<double>(old_size) / static_cast<double>(new_size);
    const double radius = std::max(scale, 1.0), steepness = 1 / radius;
    for (Taps& taps : made.taps) {
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
    axis = std::move(made);
}

// Halving a picture gives weights of 1/8, 3/8, 3/8 and 1/8 everywhere but at its edges. They need no
// multiplications, and the rounded sum is the same.
bool is_half(const Taps& taps) {
    constexpr std::int32_t kEighth = 1 << (kFractionBits - 3);
    const auto& w = taps.weights;
    return w.size() == 4 && w[0] == kEighth && w[1] == 3 * kEighth && w[2] == w[1] && w[3] == kEighth;
}

std::uint8_t half_of(int a, int b, int c, int d) {
    return static_cast<std::uint8_t>((a + 3 * (b + c) + d + 4) >> 3);
}

// The new samples from `begin` to `end` that are halves, each two old samples behind the one before.
struct Halves {
    std::size_t begin = 0, end = 0;
};
Halves halves_among(const std::vector<Taps>& all) {
    Halves halves;
    while (halves.begin < all.size() && !is_half(all[halves.begin])) ++halves.begin;
    halves.end = halves.begin;
    while (halves.end < all.size() && is_half(all[halves.end]) &&
           all[halves.end].first - all[halves.begin].first ==
               2 * static_cast<int>(halves.end - halves.begin)) {
        ++halves.end;
    }
    return halves;
}

// Averages around every old sample, of which every other pixel's are taken: twice the work, but on
// neighbours, which compilers do many at a time.
template <int kChannels>
void halve_row(const std::uint8_t* old, std::size_t count, std::uint8_t* fresh) {
    constexpr std::size_t kAtOnce = 64;  // new pixels
    std::uint8_t averages[2 * kAtOnce * kChannels];
    while (count > 0) {
        const std::size_t now = std::min(count, kAtOnce), samples = (2 * now - 1) * kChannels;
        for (std::size_t i = 0; i < samples; ++i)
            averages[i] = half_of(old[i], old[i + kChannels], old[i + 2 * kChannels], old[i + 3 * kChannels]);
        for (std::size_t x = 0; x < now; ++x)
            std::copy_n(averages + 2 * x * kChannels, kChannels, fresh + x * kChannels);
        old += 2 * now * kChannels, fresh += now * kChannels, count -= now;
    }
}

template <int kChannels>
void weigh_row(const std::uint8_t* old_row, const Taps* columns, std::size_t count, std::uint8_t* new_row) {
    for (const Taps* column = columns; column != columns + count; ++column) {
        const std::uint8_t* pixel = old_row + std::ptrdiff_t{column->first} * kChannels;
        std::int32_t sums[kChannels] = {};
        for (const std::int32_t weight : column->weights) {
            for (int channel = 0; channel < kChannels; ++channel) sums[channel] += weight * pixel[channel];
            pixel += kChannels;
        }
        for (const std::int32_t sum : sums) *new_row++ = rounded(sum);
    }
}

template <int kChannels>
void resize_row(const std::uint8_t* old_row, const std::vector<Taps>& columns, const Halves& halves,
                std::uint8_t* new_row) {
    weigh_row<kChannels>(old_row, columns.data(), halves.begin, new_row);
    if (halves.begin < halves.end) {
        halve_row<kChannels>(old_row + std::ptrdiff_t{columns[halves.begin].first} * kChannels,
                             halves.end - halves.begin, new_row + halves.begin * kChannels);
    }
    weigh_row<kChannels>(old_row, columns.data() + halves.end, columns.size() - halves.end,
                         new_row + halves.end * kChannels);
}

void resize_row(int channels, const std::uint8_t* old_row, const std::vector<Taps>& columns,
                const Halves& halves, std::uint8_t* new_row) {
    if (channels == 1) return resize_row<1>(old_row, columns, halves, new_row);
    if (channels == 3) return resize_row<3>(old_row, columns, halves, new_row);
    return resize_row<4>(old_row, columns, halves, new_row);
}

// Old rows that have become narrow already: as many of the last ones as a new row is made of.
class NarrowRows {
  public:
    // `bytes` is memory to work in.
    NarrowRows(const std::vector<Taps>& rows, std::size_t row_bytes, std::vector<std::uint8_t>& bytes)
        : row_bytes_(row_bytes), bytes_(bytes) {
        for (const Taps& row : rows) kept_ = std::max(kept_, row.weights.size());
        bytes_.resize(kept_ * row_bytes);
    }
    std::uint8_t* operator[](int y) {
        return bytes_.data() + static_cast<std::size_t>(y) % kept_ * row_bytes_;
    }

  private:
    std::size_t row_bytes_, kept_ = 1;
    std::vector<std::uint8_t>& bytes_;
};

void blend_rows(NarrowRows& old, const Taps& row, std::span<std::int32_t> sums, std::uint8_t* new_row) {
    const std::size_t bytes = sums.size();
    if (is_half(row)) {
        const std::uint8_t *a = old[row.first], *b = old[row.first + 1], *c = old[row.first + 2],
                           *d = old[row.first + 3];
        for (std::size_t i = 0; i < bytes; ++i) new_row[i] = half_of(a[i], b[i], c[i], d[i]);
        return;
    }
    std::fill(sums.begin(), sums.end(), 0);
    int y = row.first;
    for (const std::int32_t weight : row.weights) {
        const std::uint8_t* old_row = old[y++];
        for (std::size_t i = 0; i < bytes; ++i) sums[i] += weight * old_row[i];
    }
    for (std::size_t i = 0; i < bytes; ++i) new_row[i] = rounded(sums[i]);
}

}  // namespace

const Image& Resizer::resize(const ImageView& image, int width, int height) {
    return resize(image, width, height, {0, 0, width, height});
}

// The picture is resized along the rows that matter first, with rounding, then along the columns, with
// rounding again.
const Image& Resizer::resize(const ImageView& image, std::int64_t width, std::int64_t height,
                             const Part& part) {
    const PixelFormat format = interleaved_format(image.format);
    const int channels = bytes_per_pixel(format);
    set_triangles(columns_, image.width, width, part.left, part.width);
    set_triangles(rows_, image.height, height, part.top, part.height);
    const Halves halves = halves_among(columns_.taps);

    const std::size_t row_bytes = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(channels);
    converted_.resize(is_yuv(image.format) ? static_cast<std::size_t>(image.width) * 3 : 0);
    NarrowRows narrow(rows_.taps, row_bytes, narrow_);
    sums_.resize(row_bytes);
    out_.width = part.width;
    out_.height = part.height;
    out_.format = format;
    out_.pixels.resize(static_cast<std::size_t>(part.height) * row_bytes);
    std::uint8_t* new_row = out_.pixels.data();
    int y = rows_.taps.front().first;
    for (const Taps& row : rows_.taps) {
        for (; y < row.last(); ++y)
            resize_row(channels, interleaved_row(image, y, converted_.data()), columns_.taps, halves,
                       narrow[y]);
        blend_rows(narrow, row, sums_, new_row);
        new_row += row_bytes;
    }
    return out_;
}

Image resize(const ImageView& image, int width, int height) {
    return resize(image, width, height, {0, 0, width, height});
}

Image resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part) {
    return Resizer().resize(image, width, height, part);
}

}  // namespace featherface::engine
