#include "engine/detect/taps.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace featherface::engine {

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
            taps.weights.push_back(static_cast<std::int32_t>(weight * (1 / sum) * (1 << kTapBits) + 0.5));
        }
    }
    return all;
}

}  // namespace featherface::engine
