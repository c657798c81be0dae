// One-line access to the picture reader for tests.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "featherface/image_file.hpp"

namespace featherface::test {

inline Result<Image> decode(std::string_view file, const ImageReadOptions& options = {}) {
    return decode_image({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, "picture",
                        options);
}

// The picture in the file, or the end of the test case.
inline Image decoded(std::string_view file) {
    auto image = decode(file);
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    REQUIRE(image->format == PixelFormat::bgr8);
    REQUIRE(image->pixels.size() ==
            static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height) * 3);
    return std::move(image).value();
}

using Pixel = std::array<int, 3>;  // blue, green, red

inline Pixel pixel(const Image& image, int x, int y) {
    const auto at =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) *
        3;
    return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

inline Pixel grey(int value) {
    return {value, value, value};
}

}  // namespace featherface::test
