// PNM: grey and colour samples of any maximum are read; damaged headers and short data are refused.
#include "loaders/images/pnm.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/bytes.hpp"
#include "support/pictures.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {}  // namespace

TEST_CASE("pnm: P5 repeats its grey, P6 is turned to blue, green, red") {
    const Image grey_image = decoded("P5 2 1 255\n\x01\xff");
    CHECK(pixel(grey_image, 0, 0) == grey(1));
    CHECK(pixel(grey_image, 1, 0) == grey(255));
    const Image colour = decoded("P6\n1 2\n255\nabcdef");
    CHECK(colour.width == 1);
    CHECK(colour.height == 2);
    CHECK(pixel(colour, 0, 0) == Pixel{'c', 'b', 'a'});
    CHECK(pixel(colour, 0, 1) == Pixel{'f', 'e', 'd'});
}

TEST_CASE("pnm: 16-bit samples keep their high byte, other maxima are scaled and rounded") {
    const Image deep = decoded(ByteString("P6 1 1 65535\n\x12\x34\xff\x00\x00\xff", 19));
    CHECK(pixel(deep, 0, 0) == Pixel{0x00, 0xff, 0x12});
    const Image shallow = decoded(ByteString("P5 4 1 3\n\0\1\2\3", 13));
    for (int x = 0; x < 4; ++x) CHECK(pixel(shallow, x, 0) == grey(85 * x));
    const Image ten_bits = decoded(ByteString("P5 2 1 1023\n\x03\xff\x02\x00", 16));
    CHECK(pixel(ten_bits, 0, 0) == grey(255));
    CHECK(pixel(ten_bits, 1, 0) == grey(128));
    const Image bits = decoded(ByteString("P5 2 1 1\n\0\1", 11));
    CHECK(pixel(bits, 1, 0) == grey(255));
}

TEST_CASE("pnm: comments and any white space stand between the numbers, one character before the samples") {
    const Image image = decoded("P5#made by hand\n# 9 9\r\n\t1 # one\n 2\v255\n\n7");
    CHECK(image.width == 1);
    CHECK(image.height == 2);
    CHECK(pixel(image, 0, 0) == grey('\n'));
    CHECK(pixel(image, 0, 1) == grey('7'));
}

TEST_CASE("pnm: 1 x 10000 is read, and bytes after the picture are ignored") {
    const Image image = decoded("P5 1 10000 255\n" + ByteString(9999, 'a') + "zP5 and more");
    CHECK(image.height == 10000);
    CHECK(pixel(image, 0, 9999) == grey('z'));
}

TEST_CASE("pnm: a file cut anywhere is refused as malformed") {
    const ByteString whole = "P6 2 2 255\nabcdefghijkl";
    REQUIRE(decode(whole).ok());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK(decode(whole.substr(0, size)).status().code() == StatusCode::malformed);
    }
    check_picture_refused(whole.substr(0, 22), StatusCode::malformed,
                          "cut short in its pixels at byte 11: expected 12 bytes, found 11");
}

TEST_CASE("pnm: damaged headers, maxima out of range and samples above the maximum are refused") {
    for (const char* header : {"P5", "P51 1 255\n1", "P5 x 1 255\n1", "P5 1 -1 255\n1", "P5 1 1 255x1",
                               "P5 1 1\n", "P5 1 1 #255\n1", "P6 1 1 2.5\nabc"}) {
        CAPTURE(header);
        check_picture_refused(header, StatusCode::malformed, "damaged PNM header at byte ");
    }
    for (const char* maximum : {"0", "65536", "99999999999999999999"}) {
        check_picture_refused("P5 1 1 " + std::string(maximum) + "\n12", StatusCode::malformed,
                              "maximum out of range");
    }
    check_picture_refused("P5 2 1 97\nab", StatusCode::malformed,
                          "above the maximum at byte 11: expected at most 97, found 98");
}

TEST_CASE("pnm: empty and far too large sizes are refused from the header alone") {
    check_picture_refused("P5 0 1 255\n", StatusCode::malformed, "0 x 1 pixels");
    check_picture_refused("P5 20000 20000 255\n", StatusCode::limit_exceeded, "too large");
    check_picture_refused("P5 99999999999999999999 99999999999999999999 255\n", StatusCode::limit_exceeded,
                          "too large");
}
