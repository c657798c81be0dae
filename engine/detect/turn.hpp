// Turning pictures by quarters, and what was found in them back.
#pragma once

#include <cstdint>
#include <vector>

#include "featherface/face.hpp"
#include "featherface/image.hpp"

namespace featherface::engine {

// Its memory is used again from call to call.
class Turner {
  public:
    // A valid view turned clockwise by 1, 2 or 3 quarters, in its own pixel format, or of YUV as bgr8; valid
    // until the next call.
    const Image& turn(const ImageView& image, int quarters);

  private:
    std::vector<std::uint8_t> converted_;
    Image out_;
};

// The same once.
Image turned(const ImageView& image, int quarters);

// A face found there, in pixels of the width x height picture that was turned. Its landmarks keep their
// names: the left eye is the one that is on the left where the face is upright.
Face turned_back(const Face& face, int quarters, int width, int height);

}  // namespace featherface::engine
