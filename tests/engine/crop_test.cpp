// Faces cut out of pictures: aligned to the template, and plain.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"
#include "featherface/crop.hpp"
#include "support/status_checks.hpp"
#include "support/yuv_picture.hpp"

namespace featherface {
namespace {

using test::check_refused;
using Point = std::complex<double>;

// A face whose landmarks lie as the template has them, but turned, scaled and moved.
Face face_of(Point scale, Point shift) {
    Face face{};
    for (std::size_t i = 0; i < 5; ++i) {
        const Point at =
            scale * Point(double{kAlignedLandmarks[i][0]}, double{kAlignedLandmarks[i][1]}) + shift;
        face.landmarks[i] = {static_cast<float>(at.real()), static_cast<float>(at.imag())};
    }
    return face;
}

// Blue grows to the right, green downwards, red with both: what bilinear interpolation and averages keep.
Image slopes(int width, int height, double step) {
    Image image{width, height, PixelFormat::bgr8, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const double value : {x * step, y * step, (x + y) * step / 2})
                image.pixels.push_back(static_cast<std::uint8_t>(std::min(value + 0.5, 255.0)));
        }
    }
    return image;
}

int sample(const Image& image, int x, int y, int channel) {
    return image.pixels[static_cast<std::size_t>((y * image.width + x) * 3 + channel)];
}

}  // namespace

TEST_CASE("crop: of a smaller copy of a picture, faces are those of the whole") {
    const Image copy = slopes(150, 120, 1);
    Image image = copy;
    image.full_width = 600;
    image.full_height = 240;
    const Face in_copy = face_of(0.75, {20, 10});
    Face in_copy_boxed = in_copy, in_whole = in_copy;
    in_copy_boxed.box = {20, 10, 100, 90};
    in_whole.box = {80, 20, 400, 180};
    for (auto& [x, y] : in_whole.landmarks) x *= 4, y *= 2;
    CHECK(align_face(image.view(), in_whole)->pixels == align_face(copy.view(), in_copy)->pixels);
    CHECK(crop_face(image.view(), in_whole, 0.1f)->pixels ==
          crop_face(copy.view(), in_copy_boxed, 0.1f)->pixels);
}

TEST_CASE("crop: an aligned face has the pixels that lie under the template's, at any turn and size") {
    struct Case {
        Point scale, shift;
        double step;
    };
    const double degree = std::acos(-1.0) / 180;
    for (const Case& c : {Case{1, {5, 3}, 1}, Case{std::polar(0.6, 20 * degree), {60, 50}, 1},
                          Case{std::polar(1.3, -90 * degree), {30, 180}, 1},
                          Case{std::polar(2.5, 200 * degree), {330, 380}, 0.5},
                          Case{std::polar(7.0, 3 * degree), {90, 60}, 0.25}}) {
        const Image image = slopes(1000, 1000, c.step);
        const auto aligned = align_face(image.view(), face_of(c.scale, c.shift));
        REQUIRE_MESSAGE(aligned.ok(), aligned.status().message());
        CHECK(aligned->format == PixelFormat::bgr8);
        REQUIRE(aligned->width == kAlignedSide);
        REQUIRE(aligned->height == kAlignedSide);
        int wrong = 0, seen = 0;
        for (int y = 0; y < kAlignedSide; ++y) {
            for (int x = 0; x < kAlignedSide; ++x) {
                const Point at = c.scale * Point(x, y) + c.shift;
                const double expected[] = {at.real() * c.step, at.imag() * c.step,
                                           (at.real() + at.imag()) * c.step / 2};
                for (int channel = 0; channel < 3; ++channel) {
                    if (!(expected[channel] > 4 && expected[channel] < 250)) continue;
                    ++seen;
                    // The slope's rounding, and this one's.
                    wrong += std::abs(sample(aligned.value(), x, y, channel) - expected[channel]) > 1.01;
                }
            }
        }
        CHECK(wrong == 0);
        CHECK(seen > 10'000);
    }
}

TEST_CASE("crop: the alignment is that of the least squares") {
    Face face = face_of(1, {20, 20});
    face.landmarks[2][0] += 9;  // a nose that no transform puts where the template has it
    Point mean, template_mean;
    const auto point = [](const std::array<float, 2>& p) { return Point(double{p[0]}, double{p[1]}); };
    for (std::size_t i = 0; i < 5; ++i) {
        mean += point(face.landmarks[i]) / 5.0;
        template_mean += point(kAlignedLandmarks[i]) / 5.0;
    }
    const auto squares = [&](Point scale, Point shift) {
        double sum = 0;
        for (std::size_t i = 0; i < 5; ++i)
            sum += std::norm(scale * point(face.landmarks[i]) + shift - point(kAlignedLandmarks[i]));
        return sum;
    };
    // Where a known colour ramp came out tells the transform that was used.
    const Image image = slopes(200, 200, 1);
    const Image aligned = align_face(image.view(), face).value();
    const auto at = [&](int x, int y) { return Point(sample(aligned, x, y, 0), sample(aligned, x, y, 1)); };
    const Point back = (at(100, 100) - at(10, 10)) / Point(90, 90);
    const Point scale = 1.0 / back, shift = Point(10, 10) - scale * at(10, 10);
    const double used = squares(scale, shift);
    for (const Point change : {Point(0.05), Point(-0.05), Point(0, 0.05), Point(0, -0.05)}) {
        CHECK(squares(scale + change, template_mean - (scale + change) * mean) > used);
        CHECK(squares(scale, shift + change * 40.0) > used);
    }
}

TEST_CASE("crop: a large face is averaged, no pixel of it passed over") {
    // Bright lines two pixels apart: bilinear interpolation at a third of the size would see them or not.
    Image image{700, 700, PixelFormat::bgr8, std::vector<std::uint8_t>(700 * 700 * 3)};
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = i / 3 % 2 == 0 ? 200 : 0;
    const Image aligned = align_face(image.view(), face_of(6, {10, 10})).value();
    for (const std::uint8_t value : aligned.pixels) CHECK(std::abs(value - 100) <= 1);
}

TEST_CASE("crop: what lies outside the picture is black in an aligned face, and left out of a plain one") {
    const Image white{100, 80, PixelFormat::bgr8, std::vector<std::uint8_t>(100 * 80 * 3, 255)};
    Face face = face_of(1, {-40, 30});
    const Image aligned = align_face(white.view(), face).value();
    CHECK(sample(aligned, 39, 10, 0) == 0);
    CHECK(sample(aligned, 40, 10, 0) == 255);
    CHECK(sample(aligned, 60, 49, 0) == 255);
    CHECK(sample(aligned, 60, 50, 0) == 0);

    face.box = {-12.5f, 60, 30.2f, 100};
    const Image crop = crop_face(white.view(), face).value();
    CHECK(crop.width == 32);
    CHECK(crop.height == 20);
}

TEST_CASE("crop: a plain crop has the pixels of the box, and a margin of so much of its sides") {
    const Image image = slopes(200, 150, 1);
    Face face{};
    face.box = {50, 40, 70, 80};
    const auto check = [&](float margin, int left, int top, int right, int bottom) {
        const Image crop = crop_face(image.view(), face, margin).value();
        REQUIRE(crop.width == right - left + 1);
        REQUIRE(crop.height == bottom - top + 1);
        for (int channel = 0; channel < 3; ++channel) {
            CHECK(sample(crop, 0, 0, channel) == sample(image, left, top, channel));
            CHECK(sample(crop, crop.width - 1, crop.height - 1, channel) ==
                  sample(image, right, bottom, channel));
        }
    };
    check(0, 50, 40, 70, 80);
    check(0.5f, 40, 20, 80, 100);
    check(10, 0, 0, 199, 149);
}

TEST_CASE("crop: pictures of every format are cut as their copies in BGR are") {
    Face face = face_of(0.5, {20, 10});
    face.box = {21, 11, 60, 50};  // begins in the middle of pairs that share chroma
    std::vector<test::YuvPicture> cameras;
    for (const PixelFormat format :
         {PixelFormat::nv12, PixelFormat::nv21, PixelFormat::i420, PixelFormat::yuyv})
        cameras.emplace_back(format, 91, 67);
    std::vector<ImageView> views;
    for (const test::YuvPicture& camera : cameras)
        views.push_back(camera.view(YuvMatrix::bt709, YuvRange::full));
    std::vector<std::uint8_t> bytes(91 * 67 * 4);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i / 7);
    for (const PixelFormat format :
         {PixelFormat::bgr8, PixelFormat::rgb8, PixelFormat::bgra8, PixelFormat::rgba8, PixelFormat::gray8})
        views.push_back({bytes.data(), 91, 67, 91 * bytes_per_pixel(format), format});
    for (const ImageView& view : views) {
        const Image bgr = to_bgr(view).value();
        CHECK(align_face(view, face)->pixels == align_face(bgr.view(), face)->pixels);
        CHECK(crop_face(view, face)->pixels == crop_face(bgr.view(), face)->pixels);
        CHECK(crop_face(view, face)->width == 40);
    }
}

TEST_CASE("crop: faces that lie nowhere are refused") {
    const Image image = slopes(100, 100, 1);
    const auto check_align = [&](const Face& face, std::string_view words) {
        check_refused(align_face(image.view(), face).status(), StatusCode::invalid_argument,
                      {"face: ", words});
    };
    const auto check_crop = [&](const std::array<float, 4>& box, std::string_view words) {
        Face face{};
        face.box = box;
        check_refused(crop_face(image.view(), face).status(), StatusCode::invalid_argument,
                      {"face: ", words});
    };
    const float inf = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
    check_align(Face{}, "in one point");
    Face face = face_of(1, 0);
    face.landmarks[3][1] = std::numeric_limits<float>::quiet_NaN();
    check_align(face, "not finite");
    face.landmarks[3][1] = inf;
    check_align(face, "not finite");
    face.landmarks[3][1] = most;  // of such a face the picture is a single point
    CHECK(align_face(image.view(), face).ok());
    check_align(face_of(1, {500, 0}), "outside the picture");
    check_align(face_of(1, {0, -500}), "outside the picture");
    check_crop({inf, 0, inf, 1}, "not finite");
    check_crop({5, 5, 4, 9}, "inside out");
    check_crop({200, 5, 300, 9}, "outside the picture");
    check_crop({5, -30, 10, -9}, "outside the picture");
    face.box = {1, 1, 9, 9};
    for (const float margin : {-0.1f, 10.1f, std::numeric_limits<float>::quiet_NaN()}) {
        check_refused(crop_face(image.view(), face, margin).status(), StatusCode::invalid_argument,
                      {"margin", "0 to 10"});
    }
    CHECK(align_face(ImageView{}, face).status().code() == StatusCode::invalid_argument);
    CHECK(crop_face(ImageView{}, face).status().code() == StatusCode::invalid_argument);
}

}  // namespace featherface
