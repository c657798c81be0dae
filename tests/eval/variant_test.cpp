// Pictures made grey, turned and enlarged, and where what was in them is then.
#include "tools/eval/variant.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/detect/turn.hpp"
#include "support/seeded_model.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

using namespace tools;

namespace {

Variant parsed(const std::string& text) {
    const auto variant = parse_variant(text);
    REQUIRE_MESSAGE(variant.ok(), variant.status().message());
    return variant.value();
}

VariedPicture made(const Image& image, const std::string& text) {
    auto picture = varied(image, parsed(text));
    REQUIRE_MESSAGE(picture.ok(), picture.status().message());
    return std::move(picture).value();
}

// Each pixel's three samples are its column and row, times 2, and 7.
Image ramps(int width, int height) {
    Image image{width, height, PixelFormat::bgr8, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const int sample : {2 * x, 2 * y, 7})
                image.pixels.push_back(static_cast<std::uint8_t>(sample));
        }
    }
    return image;
}

std::array<double, 2> moved(const Placement& placement, double x, double y) {
    return {placement[0][0] * x + placement[0][1] * y + placement[0][2],
            placement[1][0] * x + placement[1][1] * y + placement[1][2]};
}

}  // namespace

TEST_CASE("variant: what is no variant is refused with those that are") {
    for (const std::string text : {"", "gray", "grey=1", "turned", "turned=", "larger=2"}) {
        CAPTURE(text);
        const auto variant = parse_variant(text);
        CHECK_FALSE(variant.ok());
        CHECK(variant.status().message().find("--variant") != std::string::npos);
    }
    check_refused(parse_variant("gray").status(), StatusCode::invalid_argument,
                  {"'gray' is none", "grey, turned=DEGREES, enlarged=FACTOR"});
    check_refused(parse_variant("turned=361").status(), StatusCode::invalid_argument,
                  {"turned: '361'", "360"});
    check_refused(parse_variant("turned=nan").status(), StatusCode::invalid_argument, {"'nan'"});
    check_refused(parse_variant("enlarged=0").status(), StatusCode::invalid_argument,
                  {"enlarged: '0'", "0.1"});
}

TEST_CASE("variant: grey is the luma of red, green and blue, in place") {
    const Image colours{4, 1, PixelFormat::rgb8, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
    const VariedPicture grey = made(colours, "grey");
    CHECK(grey.image.format == PixelFormat::gray8);
    CHECK(grey.image.pixels == std::vector<std::uint8_t>{76, 150, 29, 255});
    CHECK(moved(grey.placement, 3, 5) == std::array<double, 2>{3, 5});
}

TEST_CASE("variant: turned by quarters a picture keeps its pixels") {
    const Image image = noise(7, 4);
    for (const int quarters : {0, 1, 2, 3, 4}) {
        CAPTURE(quarters);
        const VariedPicture turned = made(image, "turned=" + std::to_string(90 * quarters));
        const Image wanted = quarters % 4 == 0 ? image : engine::turned(image.view(), quarters);
        CHECK(turned.image.width == wanted.width);
        CHECK(turned.image.height == wanted.height);
        CHECK(turned.image.pixels == to_bgr(wanted.view())->pixels);
    }
    const auto [x, y] = moved(made(image, "turned=90").placement, 1, 0.5);  // clockwise
    CHECK(x == doctest::Approx(image.height - 0.5));
    CHECK(y == doctest::Approx(1));
}

TEST_CASE("variant: turned by any angle, all of a picture is there, between its pixels in proportion") {
    const Image image = ramps(100, 60);
    for (const double degrees : {30.0, 100.0, 200.0, 345.0}) {
        CAPTURE(degrees);
        const auto [turned, placement] = made(image, "turned=" + std::to_string(degrees));
        const double angle = degrees * 3.14159265358979 / 180, c = std::abs(std::cos(angle)),
                     s = std::abs(std::sin(angle));
        CHECK(turned.width == std::ceil(100 * c + 60 * s));
        CHECK(turned.height == std::ceil(100 * s + 60 * c));
        std::size_t wrong = 0, seen = 0;
        for (int y = 2; y < 58; ++y) {
            for (int x = 2; x < 98; ++x, ++seen) {
                const auto [to_x, to_y] = moved(placement, x + 0.5, y + 0.5);
                const auto column = static_cast<std::size_t>(to_x), row = static_cast<std::size_t>(to_y);
                REQUIRE(column < static_cast<std::size_t>(turned.width));
                REQUIRE(row < static_cast<std::size_t>(turned.height));
                const std::uint8_t* pixel =
                    turned.pixels.data() + (row * static_cast<std::size_t>(turned.width) + column) * 3;
                // The pixel there has its middle up to sqrt(1/2) away, and its samples are rounded.
                const double most = 2 * std::sqrt(0.5) + 0.5;
                wrong += std::abs(pixel[0] - 2.0 * x) > most || std::abs(pixel[1] - 2.0 * y) > most ||
                         pixel[2] != 7;
            }
        }
        CHECK(wrong == 0);
        CHECK(seen == 96 * 56);
        const std::vector<std::uint8_t> ground(turned.pixels.begin(), turned.pixels.begin() + 3);
        CHECK(ground == std::vector<std::uint8_t>{104, 117, 123});
    }
}

TEST_CASE("variant: what lies in an enlarged picture is where its whole pixels put it") {
    const VariedPicture enlarged = made(noise(10, 7), "enlarged=1.25");
    CHECK(enlarged.image.width == 13);  // of 12.5
    CHECK(enlarged.image.height == 9);  // of 8.75
    const auto [x, y] = moved(enlarged.placement, 10, 7);
    CHECK(x == doctest::Approx(13));
    CHECK(y == doctest::Approx(9));
}

TEST_CASE("variant: a smaller copy of a picture is enlarged as the whole would be") {
    Image copy = noise(10, 7);
    copy.full_width = 40;
    copy.full_height = 28;
    CHECK(whole_size(copy) == std::array<int, 2>{40, 28});
    const VariedPicture half = made(copy, "enlarged=0.5"), same = made(copy, "enlarged=0.25");
    CHECK(half.image.width == 20);
    CHECK(half.image.height == 14);
    CHECK(half.image.full_width == 0);
    CHECK(moved(half.placement, 40, 28) == std::array<double, 2>{20, 14});
    CHECK(same.image.pixels == copy.pixels);
    CHECK(same.image.full_width == 0);
    CHECK(moved(same.placement, 40, 28) == std::array<double, 2>{10, 7});
}

TEST_CASE("variant: a reference's box becomes that of its ellipse, and its landmarks move along") {
    const Reference reference{.box = {10, 20, 30, 60}, .landmarks = Landmarks{{{10, 20}, {20, 40}}}};
    const auto check = [&](const std::string& text, const Box& box, const Landmark& first) {
        CAPTURE(text);
        const Reference moved = placed(reference, made(noise(100, 80), text).placement);
        for (std::size_t i = 0; i < box.size(); ++i) CHECK(moved.box[i] == doctest::Approx(box[i]));
        REQUIRE(moved.landmarks);
        CHECK(moved.landmarks->front()[0] == doctest::Approx(first[0]));
        CHECK(moved.landmarks->front()[1] == doctest::Approx(first[1]));
        // The second is the middle of the box, before and after.
        CHECK((*moved.landmarks)[1][0] == doctest::Approx((box[0] + box[2]) / 2));
        CHECK((*moved.landmarks)[1][1] == doctest::Approx((box[1] + box[3]) / 2));
    };
    check("grey", {10, 20, 30, 60}, {10, 20});
    check("enlarged=2", {20, 40, 60, 120}, {20, 40});
    check("turned=90", {20, 10, 60, 30}, {60, 10});
    check("turned=180", {70, 20, 90, 60}, {90, 60});
    check("turned=270", {20, 70, 60, 90}, {20, 90});

    // An ellipse of half axes 10 and 20 reaches as far as the root of (10 cos)^2 + (20 sin)^2.
    const Reference turned = placed(reference, made(noise(100, 80), "turned=45").placement);
    CHECK(turned.box[2] - turned.box[0] == doctest::Approx(2 * std::sqrt(50.0 + 200.0)));
    CHECK(turned.box[3] - turned.box[1] == doctest::Approx(2 * std::sqrt(50.0 + 200.0)));
}

TEST_CASE("variant: a picture that would be too large for any network is refused before it is made") {
    const Image strip{200'000, 1, PixelFormat::gray8, std::vector<std::uint8_t>(200'000)};
    check_refused(varied(strip, parsed("turned=45")).status(), StatusCode::limit_exceeded,
                  {"--variant", "at most 268435456 pixels", "141423 x 141423"});
    const Image square{6'000, 6'000, PixelFormat::gray8, std::vector<std::uint8_t>(36'000'000)};
    check_refused(varied(square, parsed("enlarged=10")).status(), StatusCode::limit_exceeded,
                  {"60000 x 60000"});
}

}  // namespace featherface::test
