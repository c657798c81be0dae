#include "tools/video/raw_format.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/status_checks.hpp"

namespace featherface::test {

using tools::parse_raw_format;

TEST_CASE("raw frames: planes lie one after another, rows tightly packed, odd sizes rounded up") {
    struct Case {
        const char* text;
        PixelFormat format;
        std::size_t bytes;
        std::ptrdiff_t row, chroma_row;
        std::size_t first_chroma, second_chroma;
    };
    const std::vector<std::uint8_t> bytes(100);
    for (const Case& c : {Case{"nv12:4x2", PixelFormat::nv12, 12, 4, 4, 8, 0},
                          Case{"nv21:5x3", PixelFormat::nv21, 15 + 12, 5, 6, 15, 0},
                          Case{"yuv420p:5x3", PixelFormat::i420, 15 + 12, 5, 3, 15, 21},
                          Case{"i420:4x2", PixelFormat::i420, 12, 4, 2, 8, 10},
                          Case{"yuyv422:5x2", PixelFormat::yuyv, 24, 12, 0, 0, 0},
                          Case{"yuyv:4x2", PixelFormat::yuyv, 16, 8, 0, 0, 0},
                          Case{"rgb24:5x3", PixelFormat::rgb8, 45, 15, 0, 0, 0},
                          Case{"bgr24:1x1", PixelFormat::bgr8, 3, 3, 0, 0, 0},
                          Case{"rgba:2x1", PixelFormat::rgba8, 8, 8, 0, 0, 0},
                          Case{"bgra:2x1", PixelFormat::bgra8, 8, 8, 0, 0, 0},
                          Case{"gray:7x2", PixelFormat::gray8, 14, 7, 0, 0, 0}}) {
        CAPTURE(c.text);
        const auto raw = parse_raw_format(c.text);
        REQUIRE_MESSAGE(raw.ok(), raw.status().message());
        CHECK(raw->bytes() == c.bytes);
        const ImageView view = raw->view(bytes);
        CHECK(validate(view).ok());
        CHECK(view.format == c.format);
        CHECK(view.data == bytes.data());
        CHECK(view.row_stride == c.row);
        CHECK(view.chroma[0].data == (c.first_chroma > 0 ? bytes.data() + c.first_chroma : nullptr));
        CHECK(view.chroma[1].data == (c.second_chroma > 0 ? bytes.data() + c.second_chroma : nullptr));
        CHECK(view.chroma[0].row_stride == c.chroma_row);
        CHECK(view.matrix == YuvMatrix::bt601);
        CHECK(view.range == YuvRange::video);
    }
    const ImageView view = parse_raw_format("nv12:4x2:full:bt709")->view(bytes);
    CHECK(view.matrix == YuvMatrix::bt709);
    CHECK(view.range == YuvRange::full);
}

TEST_CASE("raw frames: what makes no sense is refused") {
    for (const char* text :
         {"", "nv12", "nv13:4x2", "nv12:", "nv12:4", "nv12:4x", "nv12:4x2x3", "nv12:0x2", "nv12:-4x2",
          "nv12:4x2:bt2020", "nv12:99999999999x2", "nv12:20000x20000", "nv12:4 x2", ":4x2"}) {
        CAPTURE(text);
        check_refused(parse_raw_format(text).status(), StatusCode::invalid_argument, {"--frames", text});
    }
    check_refused(parse_raw_format("h264:4x2").status(), StatusCode::invalid_argument,
                  {"nv12, nv21, yuv420p"});
}

}  // namespace featherface::test
