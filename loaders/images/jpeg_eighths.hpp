// At which size a JPEG is decoded: so many eighths of each side, 8, 4, 2 or 1.
#pragma once

#include "featherface/image_file.hpp"

namespace featherface::loaders {

constexpr int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

// So many eighths of a side, a part of a pixel counting as one.
constexpr int part_of_side(int side, int eighths) {
    return ceil_div(side * eighths, 8);
}

// The fewest of a picture that leave what the options need.
int eighths_needed(int width, int height, const ImageReadOptions& options);

// How many samples a block gives in a direction in which its 8 samples stand for so many pixels each, when so
// many eighths are decoded: where it has enough, one for each pixel of the smaller picture.
int samples_of_block(int pixels_per_sample, int eighths);

}  // namespace featherface::loaders
