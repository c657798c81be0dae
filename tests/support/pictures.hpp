// One-line access to the picture reader for tests.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "featherface/image_file.hpp"
#include "support/bytes.hpp"
#include "support/files.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

inline Result<Image> decode(std::string_view file, const ImageReadOptions& options = {}) {
    return decode_image(octets_of(file), "picture", options);
}

// Lets every pixel take part in a decision: a memory checker complains of decisions by memory never written.
inline void check_written(const Image& image) {
    std::uint32_t sum = 1;
    for (const std::uint8_t sample : image.pixels) sum = sum * 31 + sample;
    if (sum == 0) MESSAGE("the pixels add up to nothing");
}

// The picture in the file, or the end of the test case.
inline Image decoded(std::string_view file) {
    auto image = decode(file);
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    check_written(image.value());
    REQUIRE(image->format == PixelFormat::bgr8);
    REQUIRE(image->pixels.size() ==
            static_cast<std::size_t>(image->width) * static_cast<std::size_t>(image->height) * 3);
    return std::move(image).value();
}

// Decoding fails with this code, and the message has the words and the picture's name.
inline void check_picture_refused(std::string_view file, StatusCode code, std::string_view words) {
    check_refused(decode(file).status(), code, {"picture: ", words});
}

// A picture of tests/data.
inline ByteString picture_data(const std::string& name) {
    const auto content = read_file(data_file("pictures/" + name));
    return {content.begin(), content.end()};
}

using Pixel = std::array<int, 3>;  // blue, green, red

inline Pixel pixel(const Image& image, int x, int y) {
    const auto at =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) *
        3;
    return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

// 2 x 2 pixels whose samples, blue, green, red, count from 1 to 12.
inline void check_one_to_twelve(const Image& image) {
    REQUIRE(image.width == 2);
    REQUIRE(image.height == 2);
    for (int i = 0; i < 4; ++i) CHECK(pixel(image, i % 2, i / 2) == Pixel{3 * i + 1, 3 * i + 2, 3 * i + 3});
}

inline Pixel grey(int value) {
    return {value, value, value};
}

}  // namespace featherface::test
