// Changing a picture's size. This is for photos, and is not the network's nearest-neighbour Resize operation.
#pragma once

#include <cstdint>
#include <vector>

#include "featherface/image.hpp"

namespace featherface::engine {

// A rectangle of a picture.
struct Part {
    std::int64_t left = 0, top = 0;
    int width = 0, height = 0;
};

// Along one axis of the picture, which old samples make a new one.
struct Axis {
    // The weights add up to 1.
    struct Taps {
        int first = 0;
        std::vector<std::int32_t> weights;

        int last() const { return first + static_cast<int>(weights.size()); }
    };
    int old_size = 0, count = 0;          // of so many old samples; so many new ones
    std::int64_t new_size = 0, from = 0;  // of the whole new picture; the number of the first
    std::vector<Taps> taps;

    // Whether it is for these sizes already.
    bool is_for(int old, std::int64_t fresh, std::int64_t first, int number) const {
        return old_size == old && new_size == fresh && from == first && count == number;
    }
};

// Its memory, and what depends on sizes alone, is used again from call to call.
class Resizer {
  public:
    // The picture at width x height, in its own pixel format, or of YUV as bgr8. Each new pixel averages the
    // old ones under a triangle as wide as a new pixel's neighbourhood, so shrinking does not alias;
    // enlarging is bilinear interpolation. It is bit for bit what PIL's BILINEAR and torchvision's Resize of
    // a PIL image give (alpha aside, which is averaged like any channel). `image` must be valid and width,
    // height >= 1. The result is valid until the next call.
    const Image& resize(const ImageView& image, int width, int height);
    // That part of the picture alone at width x height; it must lie in the picture.
    const Image& resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part);

  private:
    Axis columns_, rows_;
    std::vector<std::uint8_t> converted_, narrow_;
    std::vector<std::int32_t> sums_;
    Image out_;
};

// The same once.
Image resize(const ImageView& image, int width, int height);
Image resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part);

}  // namespace featherface::engine
