// Running the backbone as what it was trained as: an ImageNet classifier.
#pragma once

#include <vector>

#include "featherface/image.hpp"
#include "featherface/model.hpp"
#include "featherface/status.hpp"

namespace featherface::engine {

constexpr int kClassifierSide = 224;

// What the classifier is given, as torchvision prepares it: the shorter side resized to 256, the centre
// 224 x 224 cut out, red, green and blue in [0, 1], normalised with ImageNet's mean and standard deviation.
// 3 x 224 x 224 floats. `image` must be valid.
std::vector<float> classifier_input(const ImageView& image);

// The probability of each of the 1000 classes. `threads` >= 1. Errors: invalid_argument and limit_exceeded
// (the view, memory); wrong_model when the model is no classifier.
Result<std::vector<float>> classify(const Model& model, const ImageView& image, int threads = 1);

}  // namespace featherface::engine
