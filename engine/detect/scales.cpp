#include "engine/detect/scales.hpp"

#include <algorithm>

#include "featherface/detector.hpp"

namespace featherface::engine {

std::uint32_t automatic_scales(int width, int height) {
    std::uint32_t scales = kOwnScale;
    for (int side = std::max(width, height); side > kAutoScalesSide; side = half(side))
        scales = scales << 1 | kOwnScale;
    return scales;
}

}  // namespace featherface::engine
