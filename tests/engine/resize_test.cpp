#include "engine/detect/resize.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "support/yuv_picture.hpp"

namespace featherface::test {

namespace {

// Red, green, blue of (x, y) are (23 x + 31 y + 57 channel) mod 256.
Image ramps(int width, int height) {
    Image image{width, height, PixelFormat::rgb8, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                image.pixels.push_back(static_cast<std::uint8_t>(23 * x + 31 * y + 57 * c));
    return image;
}

void check_starts_with(const Image& image, const std::vector<std::uint8_t>& expected) {
    REQUIRE(image.pixels.size() >= expected.size());
    CHECK(std::vector<std::uint8_t>(image.pixels.begin(),
                                    image.pixels.begin() + static_cast<std::ptrdiff_t>(expected.size())) ==
          expected);
}

}  // namespace

TEST_CASE("resize: shrinking and enlarging are PIL's antialiased bilinear, bit for bit") {
    const Image image = ramps(11, 7);
    // PIL.Image.resize((w, h), BILINEAR), first row and more.
    check_starts_with(
        engine::resize(image.view(), 4, 3),
        {53,  110, 167, 111, 165, 169, 172, 168, 87, 163, 72, 89,  119, 171, 165, 170, 158, 91,
         160, 72,  98,  81,  99,  155, 185, 140, 59, 165, 71, 101, 68,  106, 163, 107, 164, 196});
    check_starts_with(
        engine::resize(image.view(), 16, 9),
        {0,  57,  114, 12,  69,  126, 28,  85,  142, 44,  101, 158, 60,  117, 174, 75,  132, 189,
         91, 148, 205, 107, 164, 221, 123, 180, 237, 139, 196, 245, 155, 212, 85,  170, 227, 28});
    check_starts_with(
        engine::resize(image.view(), 11, 2),
        {49,  106, 163, 72,  129, 168, 95,  152, 191, 118, 175, 172, 141, 180, 130, 164, 161, 76,
         169, 119, 99,  192, 142, 68,  173, 88,  91,  131, 57,  114, 77,  80,  137, 137, 194, 120});
}

TEST_CASE("resize: halving is the same average as any other, of every sample") {
    // PIL's weights of 1/8, 3/8, 3/8, 1/8, at the edges 3/7, 3/7, 1/7, rounded after each direction.
    for (const PixelFormat format : {PixelFormat::gray8, PixelFormat::bgr8, PixelFormat::rgba8}) {
        for (const auto& [width, height] : {std::pair{2, 2}, {4, 6}, {70, 8}, {6, 62}}) {
            const std::size_t channels = static_cast<std::size_t>(bytes_per_pixel(format));
            Image image{width, height, format, {}};
            for (std::size_t i = 0; i < channels * static_cast<std::size_t>(width * height); ++i)
                image.pixels.push_back(static_cast<std::uint8_t>(i * i * 13 + i / 7));
            // What halving makes of samples `step` apart, of which there are `count`.
            const auto half = [](const std::uint8_t* samples, std::size_t step, int count, int at) {
                double sum = 0, weights = 0;
                for (int j = std::max(0, 2 * at - 1); j < std::min(count, 2 * at + 3); ++j) {
                    const double weight = j == 2 * at || j == 2 * at + 1 ? 3 : 1;
                    sum += weight * samples[static_cast<std::size_t>(j) * step];
                    weights += weight;
                }
                return static_cast<std::uint8_t>(sum / weights + 0.5);
            };
            const std::size_t row = channels * static_cast<std::size_t>(width), new_row = row / 2;
            std::vector<std::uint8_t> narrow, expected;
            for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
                for (std::size_t x = 0; x < new_row; ++x)
                    narrow.push_back(half(&image.pixels[y * row + x % channels], channels, width,
                                          static_cast<int>(x / channels)));
            for (int y = 0; y < height / 2; ++y)
                for (std::size_t x = 0; x < new_row; ++x)
                    expected.push_back(half(&narrow[x], new_row, height, y));
            CHECK(engine::resize(image.view(), width / 2, height / 2).pixels == expected);
        }
    }
}

TEST_CASE("resize: the same size gives the same pixels") {
    const Image image = ramps(13, 5);
    const Image same = engine::resize(image.view(), 13, 5);
    CHECK(same.pixels == image.pixels);
    CHECK(same.format == PixelFormat::rgb8);
}

TEST_CASE("resize: one colour stays that colour at any size, down to and up from one pixel") {
    for (auto [width, height] : {std::pair{1, 1}, {1, 9}, {7, 1}, {40, 33}}) {
        const Image image{width, height, PixelFormat::gray8,
                          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), 201)};
        for (auto [new_width, new_height] : {std::pair{1, 1}, {3, 2}, {64, 50}}) {
            const Image out = engine::resize(image.view(), new_width, new_height);
            CHECK(out.width == new_width);
            CHECK(out.height == new_height);
            CHECK(out.pixels ==
                  std::vector<std::uint8_t>(static_cast<std::size_t>(new_width * new_height), 201));
        }
    }
}

TEST_CASE("resize: a part is that part of the whole, also of a picture too large to make") {
    const Image image = ramps(31, 17);
    const Image whole = engine::resize(image.view(), 12, 40);
    const Image part = engine::resize(image.view(), 12, 40, {3, 20, 7, 5});
    CHECK(part.width == 7);
    CHECK(part.height == 5);
    for (std::size_t y = 0; y < 5; ++y) {
        const auto row = [](const Image& from, std::size_t x0, std::size_t y0) {
            const auto begin =
                from.pixels.begin() +
                static_cast<std::ptrdiff_t>((y0 * static_cast<std::size_t>(from.width) + x0) * 3);
            return std::vector<std::uint8_t>(begin, begin + 7 * 3);
        };
        CHECK(row(part, 0, y) == row(whole, 3, 20 + y));
    }

    Image line{100'000, 1, PixelFormat::gray8, std::vector<std::uint8_t>(100'000, 10)};
    std::fill(line.pixels.begin() + 50'000, line.pixels.end(), std::uint8_t{200});
    const Image middle = engine::resize(line.view(), 25'600'000'000, 256'000, {12'799'999'968, 100, 64, 2});
    CHECK(middle.pixels == std::vector<std::uint8_t>(64 * 2, 105));
}

TEST_CASE("resize: row stride is honoured and no channel leaks into another") {
    // A row has two pixels of BGRA, then four bytes that are not the picture's.
    const std::vector<std::uint8_t> bytes = {10, 20, 30, 40, 10, 20, 30, 40, 255, 255, 255, 255,
                                             10, 20, 30, 40, 10, 20, 30, 40, 255, 255, 255, 255};
    const Image out = engine::resize({bytes.data(), 2, 2, 12, PixelFormat::bgra8}, 1, 1);
    CHECK(out.pixels == std::vector<std::uint8_t>{10, 20, 30, 40});
}

TEST_CASE("resize: a YUV picture is converted first, and rows may be stored bottom up") {
    const YuvPicture picture(PixelFormat::nv12, 21, 15);
    const Image bgr = to_bgr(picture.view()).value();
    const Image out = engine::resize(picture.view(), 8, 6);
    CHECK(out.format == PixelFormat::bgr8);
    CHECK(out.pixels == engine::resize(bgr.view(), 8, 6).pixels);

    const Image image = ramps(11, 7), flipped = upside_down(image);
    ImageView view = flipped.view();
    view.data += 6 * view.row_stride;
    view.row_stride = -view.row_stride;
    CHECK(engine::resize(view, 4, 3).pixels == engine::resize(image.view(), 4, 3).pixels);
}

}  // namespace featherface::test
