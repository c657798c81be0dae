#include "tools/crosscheck/resizing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/detect/postprocess.hpp"
#include "engine/detect/resize.hpp"

namespace featherface::tools {

namespace {

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
    out.values.reserve(3 * out.pixels());
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const float* plane = picture.values.data() + channel * picture.pixels();
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
    const auto multiple = [](double side, double of, double (*round)(double)) {
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

SizeClues::SizeClues(const NpzReader& dump) {
    const auto shape_of = [&](const char* name) {
        const auto shape =
            dump.contains(name) ? dump.shape(name) : Status(StatusCode::invalid_argument, name);
        return shape.ok() && shape->size() >= 2 ? shape.value() : TensorShape{};
    };
    for (const char* name : {"loc", "conf", "landms"}) {
        const TensorShape shape = shape_of(name);
        if (!shape.empty()) anchors_.push_back(shape[shape.size() - 2]);
    }
    for (const auto& [name, step] : {std::pair{"body.stage1.0.0", 2}, {"body.stage1", 8}}) {
        const TensorShape shape = shape_of(name);
        if (!shape.empty()) maps_.push_back({step, shape[shape.size() - 2], shape[shape.size() - 1]});
    }
}

bool SizeClues::fits(PictureSize size) const {
    const auto cells = [](std::int64_t pixels, std::int64_t step) { return (pixels + step - 1) / step; };
    const int anchors = engine::Anchors(size.height, size.width).count();
    return !(anchors_.empty() && maps_.empty()) &&
           std::all_of(anchors_.begin(), anchors_.end(),
                       [&](std::int64_t count) { return count == anchors; }) &&
           std::all_of(maps_.begin(), maps_.end(), [&](const Map& map) {
               return map.height == cells(size.height, map.step) && map.width == cells(size.width, map.step);
           });
}

}  // namespace featherface::tools
