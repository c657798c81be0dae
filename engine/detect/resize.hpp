// Changing a picture's size. This is for photos, and is not the network's nearest-neighbour Resize operation.
#pragma once

#include <cstdint>

#include "featherface/image.hpp"

namespace featherface::engine {

// The picture at width x height, in its own pixel format, or of YUV as bgr8. Each new pixel averages the old
// ones under a triangle as wide as a new pixel's neighbourhood, so shrinking does not alias; enlarging is
// bilinear interpolation. It is bit for bit what PIL's BILINEAR and torchvision's Resize of a PIL image give
// (alpha aside, which is averaged like any channel). `image` must be valid and width, height >= 1.
Image resize(const ImageView& image, int width, int height);

// A rectangle of a picture.
struct Part {
    std::int64_t left = 0, top = 0;
    int width = 0, height = 0;
};

// That part of the picture alone at width x height; it must lie in the picture.
Image resize(const ImageView& image, std::int64_t width, std::int64_t height, const Part& part);

}  // namespace featherface::engine
