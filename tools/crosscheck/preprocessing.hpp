// How a picture becomes the input of a detector, and how people get that wrong.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "tools/crosscheck/network_input.hpp"

namespace featherface::tools {

// A picture as numbers: planes B, G, R of height x width values from 0 to 255, whole or not.
struct Planes {
    int height = 0, width = 0;
    std::vector<float> values;
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

// --- The picture's size ---

struct Resizer {
    std::string_view name;  // completes "resized by ..."
    Planes (*resize)(const Planes& picture, int height, int width);
};

// What the common libraries do: PIL's and OpenCV's bilinear, with and without rounding to bytes; nearest.
std::span<const Resizer> usual_resizers();

struct PictureSize {
    int height = 0, width = 0;
    bool operator==(const PictureSize&) const = default;
};

// To what sizes people resize a picture: squares and multiples of 32, halves and doubles, a fixed longer or
// shorter side. Its own size is not among them.
std::vector<PictureSize> usual_sizes(int height, int width);

}  // namespace featherface::tools
