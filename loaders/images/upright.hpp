// Pictures turned as their metadata asks.
#pragma once

#include <cstdint>

#include "featherface/image.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

enum class SampleOrder { bgr, rgb };

// Copies the stored rows of `header`'s size, three bytes per pixel and without padding, to a BGR picture
// turned upright.
Image upright_bgr(const std::uint8_t* pixels, SampleOrder order, const ImageHeader& header);

}  // namespace featherface::loaders
