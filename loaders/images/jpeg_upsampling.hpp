// Components of a JPEG that have fewer samples than the picture has pixels, brought to its size.
#pragma once

#include <cstdint>
#include <vector>

namespace featherface::loaders {

// Rows of a component's samples.
struct JpegSamples {
    const std::uint8_t* first = nullptr;
    std::size_t row_bytes = 0;
    int width = 0, height = 0;
    int pixels_per_sample_x = 1, pixels_per_sample_y = 1;
};

// Row `y` of the picture: the component's own, or made in `room`, which is resized. In a direction in which a
// sample stands for two pixels, these take three parts of it and one of the sample on their other side, the
// pixels at the edge all of it; in both directions at once, unless it stands for more than two in either:
// then each pixel takes the sample that lies over it.
const std::uint8_t* upsampled_row(const JpegSamples& samples, int y, std::vector<std::uint8_t>& room);

}  // namespace featherface::loaders
