// Here the backbone runs as what it was trained as: an ImageNet classifier.
#pragma once

#include <vector>

#include "featherface/image.hpp"
#include "featherface/model.hpp"
#include "featherface/status.hpp"

namespace featherface {

// The probability of each of ImageNet's 1000 classes, in their usual order. The picture is prepared as
// torchvision does it: the shorter side resized to 256, the centre 224 x 224 cut out, normalised. `threads`:
// 1 to 1024; the results are the same bits for any number. Errors: invalid_argument (the view, `threads`);
// wrong_model (the model is no classifier); malformed (values that
// are not finite: the message names the first layer); out_of_memory.
Result<std::vector<float>> classify(const Model& model, const ImageView& image, int threads = 1);

}  // namespace featherface
