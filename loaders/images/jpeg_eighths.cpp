#include "loaders/images/jpeg_eighths.hpp"

#include <algorithm>

namespace featherface::loaders {

int eighths_needed(int width, int height, const ImageReadOptions& options) {
    const int longer = std::max(width, height);
    int needed = options.needed_side > 0 ? std::min(longer, options.needed_side) : longer;
    for (int i = 0; i < options.needed_halvings && needed > 1; ++i) needed = ceil_div(needed, 2);
    int eighths = 8;
    for (int fewer = 4; fewer > 0; fewer /= 2) {
        const int left = part_of_side(longer, fewer);
        if (left < needed || left == part_of_side(longer, eighths)) break;
        eighths = fewer;
    }
    return eighths;
}

int samples_of_block(int pixels_per_sample, int eighths) {
    const int pixels = pixels_per_sample * eighths;
    int samples = 8;
    while (pixels % samples != 0) samples /= 2;
    return samples;
}

}  // namespace featherface::loaders
