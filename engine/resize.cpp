#include "engine/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace featherface::engine {

namespace {

// Which old samples make a new one, along one direction; weights add up to 1.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

// For the new samples from `from`, `count` of them.
std::vector<Taps> triangle_taps(int old_size, std::int64_t new_size, std::int64_t from, int count) {
    const double scale = static_cast<double>(old_size) / static_cast<double>(new_size);
    const double radius = std::max(scale, 1.0);
    std::vector<Taps> all(static_cast<std::size_t>(count));
    for (Taps& taps : all) {
        const double centre = (static_cast<double>(from++) + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(std::floor(centre - radius + 0.5)));
        const int last = std::min(old_size, static_cast<int>(std::floor(centre + radius + 0.5)));
        std::vector<double> weights;
        double sum = 0;
        for (int j = first; j < last; ++j) {
            weights.push_back(std::max(0.0, 1.0 - std::abs(j + 0.5 - centre) / radius));
            sum += weights.back();
        }
        taps.first = first;
        for (double weight : weights) taps.weights.push_back(static_cast<float>(weight / sum));
    }
    return all;
}

}  // namespace

Image resize(const ImageView& image, int width, int height) {
    return resize(image, width, height, {0, 0, width, height});
}

// One new row at a time: old rows are summed into a row of floats, which is then summed along itself. Nothing
// is rounded in between and no intermediate picture is kept.
Image resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part) {
    const int channels = bytes_per_pixel(image.format);
    const std::vector<Taps> columns = triangle_taps(image.width, width, part.left, part.width);
    const std::vector<Taps> rows = triangle_taps(image.height, height, part.top, part.height);

    // The old columns that matter.
    const int left = columns.front().first;
    const int right = columns.back().first + static_cast<int>(columns.back().weights.size());
    std::vector<float> summed(static_cast<std::size_t>(right - left) * static_cast<std::size_t>(channels));

    Image out{part.width, part.height, image.format, {}};
    out.pixels.reserve(static_cast<std::size_t>(part.width) * static_cast<std::size_t>(part.height) *
                       static_cast<std::size_t>(channels));
    for (const Taps& row : rows) {
        std::fill(summed.begin(), summed.end(), 0.0f);
        const std::uint8_t* old_row =
            image.data + row.first * image.row_stride + std::ptrdiff_t{left} * channels;
        for (float weight : row.weights) {
            for (std::size_t i = 0; i < summed.size(); ++i)
                summed[i] += weight * static_cast<float>(old_row[i]);
            old_row += image.row_stride;
        }
        for (const Taps& column : columns) {
            for (int channel = 0; channel < channels; ++channel) {
                const float* sample =
                    summed.data() + std::ptrdiff_t{column.first - left} * channels + channel;
                float value = 0;
                for (float weight : column.weights) {
                    value += weight * *sample;
                    sample += channels;
                }
                out.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)));
            }
        }
    }
    return out;
}

}  // namespace featherface::engine
