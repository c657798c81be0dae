// Turning pictures by quarters, and faces back.
#include "engine/detect/turn.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/capture.hpp"
#include "support/yuv_picture.hpp"

namespace featherface::test {

TEST_CASE("turn: a quarter is clockwise, two are upside down, three are anticlockwise") {
    // 1 2 3
    // 4 5 6
    const Image image{3, 2, PixelFormat::gray8, {1, 2, 3, 4, 5, 6}};
    using Pixels = std::vector<std::uint8_t>;
    CHECK(engine::turned(image.view(), 1).pixels == Pixels{4, 1, 5, 2, 6, 3});
    CHECK(engine::turned(image.view(), 2).pixels == Pixels{6, 5, 4, 3, 2, 1});
    CHECK(engine::turned(image.view(), 3).pixels == Pixels{3, 6, 2, 5, 1, 4});
    CHECK(engine::turned(image.view(), 1).width == 2);
    CHECK(engine::turned(image.view(), 2).width == 3);
    CHECK(engine::turned(image.view(), 3).height == 3);
}

TEST_CASE("turn: four quarters are the picture again, in every format and size") {
    for (const auto& [width, height] : {std::pair{1, 1}, {5, 1}, {1, 4}, {7, 3}}) {
        for (const PixelFormat format : {PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::gray8}) {
            Image image{width, height, format, {}};
            for (int i = 0; i < width * height * bytes_per_pixel(format); ++i)
                image.pixels.push_back(static_cast<std::uint8_t>(i * 7));
            const Image once = engine::turned(image.view(), 1), twice = engine::turned(once.view(), 1);
            CHECK(twice.pixels == engine::turned(image.view(), 2).pixels);
            CHECK(engine::turned(twice.view(), 1).pixels == engine::turned(image.view(), 3).pixels);
            CHECK(engine::turned(twice.view(), 2).pixels == image.pixels);
            CHECK(once.format == format);
        }
    }
    const YuvPicture picture(PixelFormat::i420, 9, 5);
    CHECK(engine::turned(picture.view(), 1).pixels ==
          engine::turned(to_bgr(picture.view()).value().view(), 1).pixels);
}

TEST_CASE("turn: a face goes back to where the pixels came from") {
    constexpr int kWidth = 7, kHeight = 4;
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            Image image{kWidth, kHeight, PixelFormat::gray8, std::vector<std::uint8_t>(kWidth * kHeight)};
            image.pixels[static_cast<std::size_t>(y * kWidth + x)] = 255;
            for (const int quarters : {1, 2, 3}) {
                FEATHERFACE_CAPTURE(quarters);
                const Image turned = engine::turned(image.view(), quarters);
                int at = 0;
                while (turned.pixels[static_cast<std::size_t>(at)] == 0) ++at;
                const auto left = static_cast<float>(at % turned.width),
                           top = static_cast<float>(at / turned.width);
                Face face{{left, top, left + 1, top + 1}, 0.5f, {}};
                for (auto& point : face.landmarks) point = {left + 0.5f, top + 0.5f};
                const Face back = engine::turned_back(face, quarters, kWidth, kHeight);
                const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
                CHECK(back.box == std::array<float, 4>{fx, fy, fx + 1, fy + 1});
                CHECK(back.score == 0.5f);
                for (const auto& point : back.landmarks)
                    CHECK(point == std::array<float, 2>{fx + 0.5f, fy + 0.5f});
            }
        }
    }
}

}  // namespace featherface::test
