// YUV to BGR, against the Recommendations' formulas in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"
#include "featherface/image.hpp"
#include "support/yuv_picture.hpp"

namespace featherface::test {
namespace {

constexpr YuvMatrix kMatrices[] = {YuvMatrix::bt601, YuvMatrix::bt709};
constexpr YuvRange kRanges[] = {YuvRange::video, YuvRange::full};
constexpr PixelFormat kFormats[] = {PixelFormat::nv12, PixelFormat::nv21, PixelFormat::i420,
                                    PixelFormat::yuyv};

// Blue, green, red from 0 to 255, not rounded. BT.601-7, 2.5.1: E'Y = 0.299 E'R + 0.587 E'G + 0.114 E'B,
// E'CR = (E'R - E'Y) / 1.402, E'CB = (E'B - E'Y) / 1.772. BT.709-6, 3.2 and 3.3: E'Y = 0.2126 E'R + 0.7152
// E'G + 0.0722 E'B, E'CB = (E'B - E'Y) / 1.8556, E'CR = (E'R - E'Y) / 1.5748. Quantised (BT.601-7, 2.5.3;
// BT.709-6, 3.4): Y = 219 E'Y + 16, C = 224 E'C + 128.
std::array<double, 3> exact(int y, int cb, int cr, YuvMatrix matrix, YuvRange range) {
    const bool video = range == YuvRange::video;
    const double luma = video ? (y - 16) / 219.0 : y / 255.0;
    const double blueness = (cb - 128) / (video ? 224.0 : 255.0),
                 redness = (cr - 128) / (video ? 224.0 : 255.0);
    double blue, green, red;
    if (matrix == YuvMatrix::bt601) {
        blue = luma + 1.772 * blueness;
        red = luma + 1.402 * redness;
        green = (luma - 0.299 * red - 0.114 * blue) / 0.587;
    } else {
        blue = luma + 1.8556 * blueness;
        red = luma + 1.5748 * redness;
        green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152;
    }
    return {255 * std::clamp(blue, 0.0, 1.0), 255 * std::clamp(green, 0.0, 1.0),
            255 * std::clamp(red, 0.0, 1.0)};
}

std::array<std::uint8_t, 3> converted(int y, int cb, int cr, YuvMatrix matrix, YuvRange range) {
    const std::uint8_t bytes[4] = {static_cast<std::uint8_t>(y), static_cast<std::uint8_t>(cb), 0,
                                   static_cast<std::uint8_t>(cr)};
    std::array<std::uint8_t, 3> bgr{};
    ImageView view{bytes, 1, 1, 4, PixelFormat::yuyv};
    view.matrix = matrix;
    view.range = range;
    engine::convert_yuv_row(view, 0, bgr.data());
    return bgr;
}

}  // namespace

TEST_CASE("yuv: every colour is the Recommendation's, rounded to the nearest") {
    // Each coefficient is off by 2^-17 at the most: of Y - 16 and two of chroma, 239 + 2 * 128 of them. The
    // rest is what the constants above are rounded to.
    constexpr double kTolerance = 0.5 + 495.0 / (1 << 17) + 0.002;
    double largest = 0;
    for (const YuvMatrix matrix : kMatrices) {
        for (const YuvRange range : kRanges) {
            for (int y = 0; y < 256; ++y) {
                for (int cb = 0; cb < 256; cb += 5) {
                    for (int cr = 0; cr < 256; cr += 5) {
                        const auto wanted = exact(y, cb, cr, matrix, range);
                        const auto found = converted(y, cb, cr, matrix, range);
                        for (std::size_t c = 0; c < 3; ++c)
                            largest = std::max(largest, std::abs(found[c] - wanted[c]));
                    }
                }
            }
        }
    }
    CHECK(largest <= kTolerance);
}

TEST_CASE("yuv: black, white and grey have no colour in any matrix; video range ends at 16 and 235") {
    using Bgr = std::array<std::uint8_t, 3>;
    for (const YuvMatrix matrix : kMatrices) {
        CHECK(converted(16, 128, 128, matrix, YuvRange::video) == Bgr{0, 0, 0});
        CHECK(converted(235, 128, 128, matrix, YuvRange::video) == Bgr{255, 255, 255});
        CHECK(converted(0, 128, 128, matrix, YuvRange::video) == Bgr{0, 0, 0});
        CHECK(converted(255, 128, 128, matrix, YuvRange::video) == Bgr{255, 255, 255});
        for (int y = 0; y < 256; ++y) {
            const auto grey = static_cast<std::uint8_t>(y);
            CHECK(converted(y, 128, 128, matrix, YuvRange::full) == Bgr{grey, grey, grey});
        }
    }
}

TEST_CASE("yuv: each pixel takes the chroma over it, in every format, at odd widths and heights") {
    for (const PixelFormat format : kFormats) {
        for (const auto& [width, height] : {std::pair{1, 1}, {2, 2}, {5, 3}, {64, 4}, {65, 5}, {131, 2}}) {
            const YuvPicture picture(format, width, height);
            const auto bgr = to_bgr(picture.view(YuvMatrix::bt709, YuvRange::full));
            REQUIRE(bgr.ok());
            CHECK(bgr->width == width);
            CHECK(bgr->height == height);
            CHECK(bgr->format == PixelFormat::bgr8);
            int wrong = 0;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    int luma = picture.sample(0, y, x), cb = 0, cr = 0;
                    const int column = x / 2, row = y / 2;
                    if (format == PixelFormat::yuyv) {
                        luma = picture.sample(0, y, 2 * x);
                        cb = picture.sample(0, y, 4 * column + 1);
                        cr = picture.sample(0, y, 4 * column + 3);
                    } else if (format == PixelFormat::i420) {
                        cb = picture.sample(1, row, column);
                        cr = picture.sample(2, row, column);
                    } else {
                        const int first = picture.sample(1, row, 2 * column);
                        const int second = picture.sample(1, row, 2 * column + 1);
                        cb = format == PixelFormat::nv12 ? first : second;
                        cr = format == PixelFormat::nv12 ? second : first;
                    }
                    const auto wanted = converted(luma, cb, cr, YuvMatrix::bt709, YuvRange::full);
                    const std::size_t at = static_cast<std::size_t>(y * width + x) * 3;
                    wrong += !std::equal(wanted.begin(), wanted.end(), &bgr->pixels[at]);
                }
            }
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("yuv: planes may be stored bottom up") {
    const YuvPicture picture(PixelFormat::nv12, 9, 6);
    ImageView view = picture.view();
    const Image upright = to_bgr(view).value();
    view.data += 5 * view.row_stride;
    view.row_stride = -view.row_stride;
    view.chroma[0].data += 2 * view.chroma[0].row_stride;
    view.chroma[0].row_stride = -view.chroma[0].row_stride;
    CHECK(to_bgr(view)->pixels == upside_down(upright).pixels);
}

TEST_CASE("to_bgr: the other formats are copied in the networks' order") {
    const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    using Pixels = std::vector<std::uint8_t>;
    const auto pixels = [&](PixelFormat format, std::ptrdiff_t stride) {
        return to_bgr({bytes, 1, 2, stride, format})->pixels;
    };
    CHECK(pixels(PixelFormat::bgr8, 4) == Pixels{1, 2, 3, 5, 6, 7});
    CHECK(pixels(PixelFormat::rgb8, 3) == Pixels{3, 2, 1, 6, 5, 4});
    CHECK(pixels(PixelFormat::bgra8, 4) == Pixels{1, 2, 3, 5, 6, 7});
    CHECK(pixels(PixelFormat::rgba8, 4) == Pixels{3, 2, 1, 7, 6, 5});
    CHECK(pixels(PixelFormat::gray8, 2) == Pixels{1, 1, 1, 3, 3, 3});
}

}  // namespace featherface::test
