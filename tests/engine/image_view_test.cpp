// ImageView: a view that cannot be read is refused before anyone reads through it.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "featherface/image.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using featherface::test::check_refused;

namespace {

const std::uint8_t kByte = 0;

void check_invalid(const ImageView& view, std::string_view words) {
    check_refused(validate(view), StatusCode::invalid_argument, {"picture: ", words});
}

}  // namespace

TEST_CASE("image view: a row stride of exactly a row, or more, is fine in every format") {
    for (const PixelFormat format :
         {PixelFormat::bgr8, PixelFormat::rgb8, PixelFormat::bgra8, PixelFormat::rgba8, PixelFormat::gray8}) {
        const std::ptrdiff_t row = 7 * bytes_per_pixel(format);
        CHECK(validate({&kByte, 7, 3, row, format}).ok());
        CHECK(validate({&kByte, 7, 3, row + 100, format}).ok());
        check_invalid({&kByte, 7, 3, row - 1, format}, "but a row of 7 pixels has " + std::to_string(row));
    }
}

TEST_CASE("image view: the view of an Image is valid") {
    Image image;
    image.width = 2;
    image.height = 3;
    image.pixels.resize(18);
    CHECK(validate(image.view()).ok());
    CHECK(image.view().row_stride == 6);
}

TEST_CASE("image view: null, empty, negative and overflowing views are refused") {
    check_invalid({nullptr, 1, 1, 3, PixelFormat::bgr8}, "null pixel pointer");
    check_invalid({&kByte, 0, 1, 3, PixelFormat::bgr8}, "size 0 x 1");
    check_invalid({&kByte, 1, 0, 3, PixelFormat::bgr8}, "size 1 x 0");
    check_invalid({&kByte, -5, 1, 3, PixelFormat::bgr8}, "size -5 x 1");
    check_invalid({&kByte, 1, 2, -3, PixelFormat::bgr8}, "row stride of -3 bytes");
    check_invalid({&kByte, 1, 2, 3, static_cast<PixelFormat>(99)}, "unknown pixel format");
    check_invalid({&kByte, 1, 1000, std::numeric_limits<std::ptrdiff_t>::max() / 4, PixelFormat::bgr8},
                  "too large");
}

TEST_CASE("image view: sides and pixels beyond the limits are refused, up to them they are not") {
    const auto status = [](int width, int height) {
        return validate({&kByte, width, height, std::ptrdiff_t{width} * 4, PixelFormat::bgra8});
    };
    constexpr int kMost = std::numeric_limits<int>::max();
    for (const auto& [width, height] :
         {std::pair{kMost, kMost}, {kMost, 1}, {1, kLargestSide + 1}, {kLargestSide, 17}, {16385, 16384}}) {
        check_refused(status(width, height), StatusCode::limit_exceeded,
                      {"picture: size " + std::to_string(width) + " x " + std::to_string(height),
                       "16777216 a side", "268435456 pixels"});
    }
    for (const auto& [width, height] : {std::pair{kLargestSide, 16}, {16384, 16384}, {1, kLargestSide}}) {
        CHECK(status(width, height).ok());
    }
}
