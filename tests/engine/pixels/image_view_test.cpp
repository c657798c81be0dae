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
        CHECK(validate({&kByte, 7, 3, -row, format}).ok());  // bottom up
        CHECK(validate({&kByte, 7, 3, -row - 100, format}).ok());
        for (const std::ptrdiff_t short_row : {row - 1, 1 - row})
            check_invalid({&kByte, 7, 3, short_row, format},
                          "but a row of 7 pixels has " + std::to_string(row));
    }
}

TEST_CASE("image view: the picture that it is a smaller copy of is no smaller") {
    const auto view = [](int full_width, int full_height) {
        return ImageView{.data = &kByte,
                         .width = 7,
                         .height = 3,
                         .row_stride = 21,
                         .full_width = full_width,
                         .full_height = full_height};
    };
    CHECK(validate(view(0, 0)).ok());
    CHECK(validate(view(7, 3)).ok());
    CHECK(validate(view(50, 20)).ok());
    for (const auto& [width, height] : {std::pair{6, 3}, {7, 2}, {0, 20}, {50, 0}, {-50, -20}}) {
        check_invalid(view(width, height),
                      "size 7 x 3, but full size " + std::to_string(width) + " x " + std::to_string(height));
    }
}

TEST_CASE("image view: each plane of YUV needs a pointer and rows of its own, chroma rounded up") {
    struct Rows {
        PixelFormat format;
        std::ptrdiff_t first, chroma;
        int planes;
    };
    for (const Rows& rows : {Rows{PixelFormat::nv12, 7, 8, 1}, Rows{PixelFormat::nv21, 7, 8, 1},
                             Rows{PixelFormat::i420, 7, 4, 2}, Rows{PixelFormat::yuyv, 16, 0, 0}}) {
        ImageView view{&kByte, 7, 3, rows.first, rows.format};
        for (int i = 0; i < rows.planes; ++i) view.chroma[i] = {&kByte, rows.chroma};
        CHECK(bytes_per_pixel(rows.format) == 0);
        CHECK(validate(view).ok());
        ImageView wrong = view;
        wrong.row_stride = rows.first - 1;
        check_invalid(wrong, "but a row of 7 pixels has " + std::to_string(rows.first));
        for (int i = 0; i < rows.planes; ++i) {
            const std::string name = "chroma[" + std::to_string(i) + "]";
            wrong = view;
            wrong.chroma[i].data = nullptr;
            check_invalid(wrong, "null pixel pointer of " + name);
            wrong = view;
            wrong.chroma[i].row_stride = 1 - rows.chroma;
            check_invalid(wrong,
                          "bytes of " + name + ", but a row of 7 pixels has " + std::to_string(rows.chroma));
            wrong.chroma[i].row_stride = std::numeric_limits<std::ptrdiff_t>::max();
            check_invalid(wrong, "of " + name + " is too large");
            wrong.chroma[i].row_stride = -rows.chroma;
            CHECK(validate(wrong).ok());
        }
        wrong = view;
        wrong.matrix = static_cast<YuvMatrix>(9);
        check_invalid(wrong, "unknown YuvMatrix");
        wrong = view;
        wrong.range = static_cast<YuvRange>(9);
        check_invalid(wrong, "unknown YuvRange");
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
    check_invalid({&kByte, 1, 2, -2, PixelFormat::bgr8}, "row stride of -2 bytes");
    for (const std::ptrdiff_t stride :
         {std::numeric_limits<std::ptrdiff_t>::min(), std::numeric_limits<std::ptrdiff_t>::max()})
        check_invalid({&kByte, 1, 2, stride, PixelFormat::bgr8}, "too large");
    check_invalid({&kByte, 1, 2, 3, static_cast<PixelFormat>(99)}, "unknown pixel format");
    check_invalid({&kByte, 1, 1000, std::numeric_limits<std::ptrdiff_t>::max() / 4, PixelFormat::bgr8},
                  "too large");
    CHECK(validate({&kByte, std::numeric_limits<int>::max(), std::numeric_limits<int>::max(),
                    std::ptrdiff_t{std::numeric_limits<int>::max()} * 4, PixelFormat::bgra8})
              .code() == StatusCode::invalid_argument);
}
