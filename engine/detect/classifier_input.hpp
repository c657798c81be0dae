// What the ImageNet classifier is given.
#pragma once

#include <vector>

#include "featherface/image.hpp"

namespace featherface::engine {

constexpr int kClassifierSide = 224;

// A picture as torchvision prepares it: the shorter side resized to 256, the centre 224 x 224 cut out, red,
// green and blue in [0, 1], normalised with ImageNet's mean and standard deviation. 3 x 224 x 224 floats.
// `image` must be valid.
std::vector<float> classifier_input(const ImageView& image);

}  // namespace featherface::engine
