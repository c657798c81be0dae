// Turning pictures by quarters, and what was found in them back.
#pragma once

#include "featherface/face.hpp"
#include "featherface/image.hpp"

namespace featherface::engine {

// A valid view turned clockwise by 1, 2 or 3 quarters, in its own pixel format, or of YUV as bgr8.
Image turned(const ImageView& image, int quarters);

// A face found there, in pixels of the width x height picture that was turned. Its landmarks keep their
// names: the left eye is the one that is on the left where the face is upright.
Face turned_back(const Face& face, int quarters, int width, int height);

}  // namespace featherface::engine
