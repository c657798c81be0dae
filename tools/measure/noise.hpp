// The picture that networks are timed on.
#pragma once

#include "featherface/image.hpp"

namespace featherface::tools {

// Noise in bgr8, the same for every call of a size.
Image noise_picture(int width, int height);

}  // namespace featherface::tools
