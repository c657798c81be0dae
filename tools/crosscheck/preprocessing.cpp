#include "tools/crosscheck/preprocessing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace featherface::tools {

Planes planes_of(const Image& bgr8) {
    Planes planes{bgr8.height, bgr8.width, std::vector<float>(bgr8.pixels.size())};
    const std::size_t pixels = planes.pixels();
    for (std::size_t i = 0; i < 3 * pixels; ++i) planes.values[i % 3 * pixels + i / 3] = bgr8.pixels[i];
    return planes;
}

Image picture_of(const Planes& planes) {
    const std::size_t pixels = planes.pixels();
    Image picture{planes.width, planes.height, PixelFormat::bgr8, std::vector<std::uint8_t>(3 * pixels)};
    for (std::size_t i = 0; i < 3 * pixels; ++i) {
        const float value = planes.values[i % 3 * pixels + i / 3];
        // Written so that NaN becomes 0.
        picture.pixels[i] = value > 0 ? static_cast<std::uint8_t>(std::lround(std::min(value, 255.0f))) : 0;
    }
    return picture;
}

NetworkInput Preprocessing::apply(const Planes& picture) const {
    const std::size_t pixels = picture.pixels();
    NetworkInput input{picture.height, picture.width, {}, {}};
    input.nchw.reserve(3 * pixels);
    for (std::size_t c = 0; c < 3; ++c) {
        const float* plane = picture.values.data() + (rgb ? 2 - c : c) * pixels;
        for (std::size_t i = 0; i < pixels; ++i) input.nchw.push_back((plane[i] - mean[c]) * scale[c]);
    }
    return input;
}

Planes Preprocessing::undo(const NetworkInput& input) const {
    Planes picture{input.height, input.width, std::vector<float>(input.nchw.size())};
    const std::size_t pixels = picture.pixels();
    for (std::size_t c = 0; c < 3; ++c) {
        float* plane = picture.values.data() + (rgb ? 2 - c : c) * pixels;
        for (std::size_t i = 0; i < pixels; ++i) plane[i] = input.nchw[c * pixels + i] / scale[c] + mean[c];
    }
    return picture;
}

const Preprocessing& right_preprocessing() {
    static constexpr Preprocessing kRight{
        .id = "right", .what = "B, G, R minus (104, 117, 123)", .mean = {104, 117, 123}};
    return kRight;
}

std::span<const Preprocessing> usual_mistakes_of_preprocessing() {
    constexpr float kUnit = 1 / 255.0f;
    static constexpr Preprocessing kMistakes[] = {
        {.id = "rgb_for_bgr",
         .what = "RGB instead of BGR (R - 104, G - 117, B - 123)",
         .rgb = true,
         .mean = {104, 117, 123}},
        {.id = "rgb_for_bgr",
         .what = "RGB instead of BGR (R - 123, G - 117, B - 104)",
         .rgb = true,
         .mean = {123, 117, 104}},
        {.id = "mean_not_subtracted", .what = "the mean not subtracted (B, G, R from 0 to 255)"},
        {.id = "unit_range", .what = "the image in [0,1] (B, G, R / 255)", .scale = {kUnit, kUnit, kUnit}},
        {.id = "unit_range",
         .what = "the image in [0,1] (R, G, B / 255)",
         .rgb = true,
         .scale = {kUnit, kUnit, kUnit}},
        {.id = "unit_range",
         .what = "the image in [0,1] (B - 104, G - 117, R - 123, all / 255)",
         .mean = {104, 117, 123},
         .scale = {kUnit, kUnit, kUnit}},
        {.id = "imagenet_normalised",
         .what =
             "ImageNet's normalisation (R, G, B / 255 minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, "
             "0.225))",
         .rgb = true,
         .mean = {255 * 0.485f, 255 * 0.456f, 255 * 0.406f},
         .scale = {kUnit / 0.229f, kUnit / 0.224f, kUnit / 0.225f}},
    };
    return kMistakes;
}

}  // namespace featherface::tools
