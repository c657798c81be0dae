#include "engine/detect/classifier_input.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/detect/resize.hpp"

namespace featherface::engine {

namespace {

constexpr std::int64_t kShorterSide = 256;
constexpr std::array<float, 3> kMean = {0.485f, 0.456f, 0.406f};  // red, green, blue
constexpr std::array<float, 3> kDeviation = {0.229f, 0.224f, 0.225f};

// The shorter side becomes 256, the longer one in proportion, rounded down.
std::int64_t resized(int side, int shorter) {
    return kShorterSide * side / shorter;
}

// Where 224 centred samples begin; halves go to the even number, as Python's round() has it.
std::int64_t centred(std::int64_t side) {
    return std::llrint(static_cast<double>(side - kClassifierSide) / 2);
}

}  // namespace

std::vector<float> classifier_input(const ImageView& image) {
    const int shorter = std::min(image.width, image.height);
    const std::int64_t width = resized(image.width, shorter), height = resized(image.height, shorter);
    const Image centre =
        resize(image, width, height, {centred(width), centred(height), kClassifierSide, kClassifierSide});

    const std::array<int, 3> bgr = bgr_offsets(centre.format);
    const int step = bytes_per_pixel(centre.format);
    std::vector<float> nchw;
    nchw.reserve(std::size_t{3} * kClassifierSide * kClassifierSide);
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = static_cast<std::size_t>(bgr[2 - c]); i < centre.pixels.size();
             i += static_cast<std::size_t>(step)) {
            nchw.push_back((static_cast<float>(centre.pixels[i]) / 255.0f - kMean[c]) / kDeviation[c]);
        }
    }
    return nchw;
}

}  // namespace featherface::engine
