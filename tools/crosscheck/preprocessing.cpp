#include "tools/crosscheck/preprocessing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/resize.hpp"

namespace featherface::tools {

namespace {

std::size_t plane_size(int height, int width) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
}

// --- Resizing ---

// Where new sample `i` lies between two old ones: pixels are squares, of which the centres are meant.
struct Between {
    int low = 0, high = 0;
    double at = 0;

    double share() const { return at - low; }  // of `high`
};

Between between(int i, int old_size, int new_size) {
    const double scale = static_cast<double>(old_size) / new_size;
    const double at = std::clamp((i + 0.5) * scale - 0.5, 0.0, old_size - 1.0);
    const int low = static_cast<int>(at);
    return {low, std::min(low + 1, old_size - 1), at};
}

// `sample(plane, y, x)` gives the value of a new pixel.
template <class Sample>
Planes resampled(const Planes& picture, int height, int width, const Sample& sample) {
    Planes out{height, width, {}};
    out.values.reserve(3 * plane_size(height, width));
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const float* plane = picture.values.data() + channel * plane_size(picture.height, picture.width);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) out.values.push_back(sample(plane, y, x));
        }
    }
    return out;
}

// `mix(a, b, c, d, row, column)` makes the new pixel of four old ones: a b above c d.
template <class Mix>
Planes bilinear_by(const Planes& picture, int height, int width, const Mix& mix) {
    return resampled(picture, height, width, [&](const float* plane, int y, int x) {
        const Between row = between(y, picture.height, height), column = between(x, picture.width, width);
        const float* above = plane + std::ptrdiff_t{row.low} * picture.width;
        const float* below = plane + std::ptrdiff_t{row.high} * picture.width;
        return mix(above[column.low], above[column.high], below[column.low], below[column.high], row, column);
    });
}

Planes bilinear(const Planes& picture, int height, int width) {
    return bilinear_by(picture, height, width,
                       [](double a, double b, double c, double d, const Between& row, const Between& column) {
                           const double above = a + (b - a) * column.share(),
                                        below = c + (d - c) * column.share();
                           return static_cast<float>(above + (below - above) * row.share());
                       });
}

// OpenCV's arithmetic on bytes: shares are whole numbers of 1/2048, and what does not fit 16 bits is cut off.
Planes bilinear_bytes(const Planes& picture, int height, int width) {
    constexpr int kOne = 2048;
    return bilinear_by(picture, height, width,
                       [](float a, float b, float c, float d, const Between& row, const Between& column) {
                           const auto shares = [](const Between& between) {
                               const float share =
                                   static_cast<float>(between.at) - static_cast<float>(between.low);
                               return std::array<int, 2>{static_cast<int>(std::lrint((1 - share) * kOne)),
                                                         static_cast<int>(std::lrint(share * kOne))};
                           };
                           const auto [left, right] = shares(column);
                           const auto [top, bottom] = shares(row);
                           const auto whole = [](float byte) { return static_cast<int>(std::lround(byte)); };
                           const int above = whole(a) * left + whole(b) * right;
                           const int below = whole(c) * left + whole(d) * right;
                           const int sum = (top * (above >> 4) >> 16) + (bottom * (below >> 4) >> 16);
                           return static_cast<float>((sum + 2) >> 2);
                       });
}

Planes nearest(const Planes& picture, int height, int width) {
    const auto source = [](int i, int old_size, int new_size) {
        return static_cast<std::ptrdiff_t>(std::int64_t{i} * old_size / new_size);
    };
    return resampled(picture, height, width, [&](const float* plane, int y, int x) {
        return plane[source(y, picture.height, height) * picture.width + source(x, picture.width, width)];
    });
}

Planes antialiased(const Planes& picture, int height, int width) {
    return planes_of(engine::resize(picture_of(picture).view(), width, height));
}

}  // namespace

Planes planes_of(const Image& bgr8) {
    const std::size_t pixels = plane_size(bgr8.height, bgr8.width);
    Planes planes{bgr8.height, bgr8.width, std::vector<float>(3 * pixels)};
    for (std::size_t i = 0; i < 3 * pixels; ++i) planes.values[i % 3 * pixels + i / 3] = bgr8.pixels[i];
    return planes;
}

Image picture_of(const Planes& planes) {
    const std::size_t pixels = plane_size(planes.height, planes.width);
    Image picture{planes.width, planes.height, PixelFormat::bgr8, std::vector<std::uint8_t>(3 * pixels)};
    for (std::size_t i = 0; i < 3 * pixels; ++i) {
        const float value = planes.values[i % 3 * pixels + i / 3];
        // Written so that NaN becomes 0.
        picture.pixels[i] = value > 0 ? static_cast<std::uint8_t>(std::lround(std::min(value, 255.0f))) : 0;
    }
    return picture;
}

NetworkInput Preprocessing::apply(const Planes& picture) const {
    const std::size_t pixels = plane_size(picture.height, picture.width);
    NetworkInput input{picture.height, picture.width, {}, {}};
    input.nchw.reserve(3 * pixels);
    for (std::size_t c = 0; c < 3; ++c) {
        const float* plane = picture.values.data() + (rgb ? 2 - c : c) * pixels;
        for (std::size_t i = 0; i < pixels; ++i) input.nchw.push_back((plane[i] - mean[c]) * scale[c]);
    }
    return input;
}

Planes Preprocessing::undo(const NetworkInput& input) const {
    const std::size_t pixels = plane_size(input.height, input.width);
    Planes picture{input.height, input.width, std::vector<float>(3 * pixels)};
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

std::span<const Resizer> usual_resizers() {
    static constexpr Resizer kResizers[] = {
        {"bilinear interpolation with antialiasing, as PIL", antialiased},
        {"bilinear interpolation to bytes, as OpenCV", bilinear_bytes},
        {"bilinear interpolation, as torch.nn.functional.interpolate", bilinear},
        {"the nearest pixel", nearest}};
    return kResizers;
}

std::vector<PictureSize> usual_sizes(int height, int width) {
    constexpr int kMostSide = 4096;
    std::vector<PictureSize> sizes;
    const auto add = [&](std::int64_t h, std::int64_t w) {
        if (h < 1 || w < 1 || h > kMostSide || w > kMostSide || (h == height && w == width)) return;
        const PictureSize size{static_cast<int>(h), static_cast<int>(w)};
        if (std::find(sizes.begin(), sizes.end(), size) == sizes.end()) sizes.push_back(size);
    };
    const auto multiple = [](double side, double of, auto round) {
        return static_cast<std::int64_t>(round(side / of) * of);
    };
    for (const double of : {32.0, 16.0, 8.0}) {
        add(multiple(height, of, ::ceil), multiple(width, of, ::ceil));
        add(multiple(height, of, ::floor), multiple(width, of, ::floor));
        add(multiple(height, of, ::round), multiple(width, of, ::round));
    }
    for (const double factor : {0.5, 2.0}) {
        add(multiple(height * factor, 1, ::floor), multiple(width * factor, 1, ::floor));
        add(multiple(height * factor, 1, ::ceil), multiple(width * factor, 1, ::ceil));
    }
    std::vector<int> sides = {224, 300, 840, 1000, 1333, 1600, 1920, 2150};
    for (int side = 32; side <= 2048; side += 32) sides.push_back(side);
    const double longer = std::max(height, width), shorter = std::min(height, width);
    for (const int side : sides) {
        add(side, side);
        for (const double of : {longer, shorter}) {
            const double scale = side / of;
            add(multiple(height * scale, 1, ::round), multiple(width * scale, 1, ::round));
            add(multiple(height * scale, 1, ::floor), multiple(width * scale, 1, ::floor));
        }
    }
    for (const auto [h, w] : {PictureSize{480, 640}, {640, 480}, {240, 320}, {720, 1280}, {1080, 1920}})
        add(h, w);
    return sizes;
}

}  // namespace featherface::tools
