#include "featherface/crop.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>
#include <string>

#include "engine/pixels/interleaved_rows.hpp"
#include "loaders/guarded.hpp"

namespace featherface {

namespace {

using Point = std::complex<double>;  // x + iy: a product turns and scales

Point point_of(const std::array<float, 2>& at) {
    return {static_cast<double>(at[0]), static_cast<double>(at[1])};
}

// From pixels of the aligned face to those of the picture: scale * p + shift.
struct Similarity {
    Point scale, shift;
    Point operator()(const Point& p) const { return scale * p + shift; }
};

// The way back of p -> a p + b with the least squares to the template: a and b are those of a linear
// regression, whose slope is a complex number. Nothing where the landmarks determine none.
std::optional<Similarity> alignment(const Face& face) {
    constexpr double kCount = 5;
    Point from_mean, to_mean;
    for (std::size_t i = 0; i < face.landmarks.size(); ++i) {
        from_mean += point_of(face.landmarks[i]) / kCount;
        to_mean += point_of(kAlignedLandmarks[i]) / kCount;
    }
    Point both;
    double square = 0;
    for (std::size_t i = 0; i < face.landmarks.size(); ++i) {
        const Point from = point_of(face.landmarks[i]) - from_mean;
        both += std::conj(from) * (point_of(kAlignedLandmarks[i]) - to_mean);
        square += std::norm(from);
    }
    const Point back = square / both;
    const Similarity similarity{back, from_mean - back * to_mean};
    const bool is_one = std::isfinite(back.real()) && std::isfinite(back.imag()) &&
                        std::isfinite(similarity.shift.real()) && std::isfinite(similarity.shift.imag());
    if (!(square > 0) || !is_one) return std::nullopt;
    return similarity;
}

// The pixels of the picture that such an area touches; nothing where it touches none.
std::optional<engine::Rectangle> pixels_of(const ImageView& image, double left, double top, double right,
                                           double bottom) {
    const double last_x = image.width - 1.0, last_y = image.height - 1.0;
    if (!(left <= last_x && right >= 0 && top <= last_y && bottom >= 0)) return std::nullopt;
    const auto whole = [](double value, double last) {
        return static_cast<int>(std::clamp(value, 0.0, last));
    };
    const int x1 = whole(std::floor(left), last_x), x2 = whole(std::ceil(right), last_x);
    const int y1 = whole(std::floor(top), last_y), y2 = whole(std::ceil(bottom), last_y);
    return engine::Rectangle{x1, y1, x2 - x1 + 1, y2 - y1 + 1};
}

// Adds the three samples at a point between pixels, those outside the picture counting as 0.
void add_sample(const Image& image, const Point& at, std::array<double, 3>& sum) {
    const double left = std::floor(at.real()), top = std::floor(at.imag());
    if (!(left >= -1 && top >= -1 && left < image.width && top < image.height)) return;
    const double right_share = at.real() - left, lower_share = at.imag() - top;
    for (const int dy : {0, 1}) {
        for (const int dx : {0, 1}) {
            const int x = static_cast<int>(left) + dx, y = static_cast<int>(top) + dy;
            if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue;
            const double share =
                (dx == 1 ? right_share : 1 - right_share) * (dy == 1 ? lower_share : 1 - lower_share);
            const std::uint8_t* pixel = image.pixels.data() + (std::ptrdiff_t{y} * image.width + x) * 3;
            for (std::size_t c = 0; c < 3; ++c) sum[c] += share * pixel[c];
        }
    }
}

// The aligned face out of a picture, `back` leading to its pixels.
Image warped(const Image& image, const Similarity& back) {
    constexpr double kMostSamples = 32;
    const int samples = static_cast<int>(std::clamp(std::abs(back.scale), 1.0, kMostSamples));
    Image out{kAlignedSide, kAlignedSide, PixelFormat::bgr8, {}};
    out.pixels.resize(std::size_t{kAlignedSide} * kAlignedSide * 3);
    std::uint8_t* to = out.pixels.data();
    for (int y = 0; y < kAlignedSide; ++y) {
        for (int x = 0; x < kAlignedSide; ++x) {
            std::array<double, 3> sum{};
            for (int j = 0; j < samples; ++j) {
                for (int i = 0; i < samples; ++i)
                    add_sample(image, back({x + (i + 0.5) / samples - 0.5, y + (j + 0.5) / samples - 0.5}),
                               sum);
            }
            for (const double value : sum)
                *to++ = static_cast<std::uint8_t>(value / (samples * samples) + 0.5);
        }
    }
    return out;
}

// The face in pixels of `image`, of whichever picture that is a smaller copy.
Face seen_in(const ImageView& image, Face face) {
    if (image.full_width == 0) return face;
    const auto shrink = [&](float& x, float& y) {
        x *= static_cast<float>(image.width) / static_cast<float>(image.full_width);
        y *= static_cast<float>(image.height) / static_cast<float>(image.full_height);
    };
    shrink(face.box[0], face.box[1]);
    shrink(face.box[2], face.box[3]);
    for (auto& [x, y] : face.landmarks) shrink(x, y);
    return face;
}

Status outside_the_picture() {
    return {StatusCode::invalid_argument, "face: it lies outside the picture"};
}

template <class Body>
Result<Image> cut_out(const ImageView& image, const Body& body) {
    return loaders::guarded([] { return std::string("a face cut out"); },
                            [&]() -> Result<Image> {
                                if (Status status = validate(image); !status.ok()) return status;
                                return body();
                            });
}

}  // namespace

Result<Image> align_face(const ImageView& image, const Face& face) {
    return cut_out(image, [&]() -> Result<Image> {
        auto back = alignment(seen_in(image, face));
        if (!back) {
            return Status(StatusCode::invalid_argument,
                          "face: its landmarks are not finite, or in one point, and do not tell how it lies");
        }
        // The part of the picture that is looked at: the turned square, and a pixel around it.
        constexpr double kFirst = -0.5, kLast = kAlignedSide - 0.5;
        Point least = (*back)({kFirst, kFirst}), most = least;
        for (const Point& corner : {Point(kLast, kFirst), Point(kFirst, kLast), Point(kLast, kLast)}) {
            const Point at = (*back)(corner);
            least = {std::min(least.real(), at.real()), std::min(least.imag(), at.imag())};
            most = {std::max(most.real(), at.real()), std::max(most.imag(), at.imag())};
        }
        const auto part = pixels_of(image, least.real(), least.imag(), most.real(), most.imag());
        if (!part) return outside_the_picture();
        back->shift -= Point(part->left, part->top);
        return warped(engine::bgr_part(image, *part), *back);
    });
}

Result<Image> crop_face(const ImageView& image, const Face& face, float margin) {
    return cut_out(image, [&]() -> Result<Image> {
        constexpr float kMostMargin = 10;
        if (!(margin >= 0 && margin <= kMostMargin)) {
            return Status(StatusCode::invalid_argument,
                          std::string("margin is ") + std::to_string(margin) + "; allowed: 0 to 10");
        }
        const auto [x1, y1, x2, y2] = seen_in(image, face).box;
        if (!std::isfinite(x2 - x1) || !std::isfinite(y2 - y1) || x2 < x1 || y2 < y1)
            return Status(StatusCode::invalid_argument, "face: its box is not finite, or inside out");
        const double wider = double{margin} * (double{x2} - x1), higher = double{margin} * (double{y2} - y1);
        const auto part = pixels_of(image, x1 - wider, y1 - higher, x2 + wider, y2 + higher);
        if (!part) return outside_the_picture();
        return engine::bgr_part(image, *part);
    });
}

}  // namespace featherface
