// How a picture becomes the input of a detector, and how people get that wrong.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "tools/crosscheck/network_input.hpp"

namespace featherface::tools {

// A picture as numbers: planes B, G, R of height x width values from 0 to 255, whole or not.
struct Planes {
    int height = 0, width = 0;
    std::vector<float> values;

    std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

Planes planes_of(const Image& bgr8);
Image picture_of(const Planes& planes);  // rounded to bgr8

// Channel c of the input is (channel c of the picture, in the given order, - mean[c]) * scale[c].
struct Preprocessing {
    std::string_view id;    // "rgb_for_bgr"
    std::string_view what;  // a noun phrase
    bool rgb = false;
    std::array<float, 3> mean{}, scale = {1, 1, 1};

    NetworkInput apply(const Planes& picture) const;
    Planes undo(const NetworkInput& input) const;
};

// B, G, R minus (104, 117, 123).
const Preprocessing& right_preprocessing();

std::span<const Preprocessing> usual_mistakes_of_preprocessing();

}  // namespace featherface::tools
