// ImageView: a view that cannot be read is refused before anyone reads through it.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

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
    CHECK(validate({&kByte, std::numeric_limits<int>::max(), std::numeric_limits<int>::max(),
                    std::ptrdiff_t{std::numeric_limits<int>::max()} * 4, PixelFormat::bgra8})
              .code() == StatusCode::invalid_argument);
}
