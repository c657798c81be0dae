// The seeded networks as models, and the seeded picture as an image.
#pragma once

#include <string_view>

#include "featherface/image.hpp"
#include "featherface/model.hpp"

namespace featherface::test {

// One of kNetworks (seeded_weights.hpp). Fails the test case when it cannot be loaded.
Model seeded_model(std::string_view network, const ModelOptions& options = {});

Image noise(int width, int height);

}  // namespace featherface::test
