// PNM: bits, grey and colour samples of any maximum are read, as text and binary; damaged headers and short
// data are refused.
#include "loaders/images/pnm.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "support/bytes.hpp"
#include "support/pictures.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;

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

TEST_CASE("pnm: a sample above the maximum counts as the maximum") {
    const Image image = decoded("P5 3 1 97\nab\xff");
    CHECK(pixel(image, 0, 0) == grey(255));
    CHECK(pixel(image, 1, 0) == grey(255));
    CHECK(pixel(image, 2, 0) == grey(255));
    const Image deep = decoded(ByteString("P6 1 1 1000\n\x03\xe7\x03\xe9\xff\xff", 18));
    CHECK(pixel(deep, 0, 0) == Pixel{255, 255, 255});
    const Image text = decoded("P2 3 1 10\n5 11 99999999999");
    CHECK(pixel(text, 0, 0) == grey(128));
    CHECK(pixel(text, 1, 0) == grey(255));
    CHECK(pixel(text, 2, 0) == grey(255));
    CHECK(pixel(decoded("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 3\nENDHDR\n\x04"), 0, 0) == grey(255));
}

TEST_CASE("pnm: P1 and P4 hold bits, of which 1 is black, in rows that P4 fills up to bytes") {
    for (const char* bits : {"0101 1 0 1 0 1 1 0 0 0 0 0 0 0 1 0 1", "010110101100000001 01",
                             "0 1\n0 # 1\n1 1010110000000101 and more"}) {
        CAPTURE(bits);
        const Image image = decoded("P1\n# bits\n10 2\n" + ByteString(bits));
        const std::string expected = "01011010110000000101";
        for (int i = 0; i < 20; ++i) {
            CHECK(pixel(image, i % 10, i / 10) ==
                  grey(expected[static_cast<std::size_t>(i)] == '1' ? 0 : 255));
        }
    }
    const Image packed = decoded("P4 10 2\n" + byte_string({0b01011010, 0b11111111, 0b00000001, 0b01000000}));
    const std::string expected = "01011010110000000101";
    for (int i = 0; i < 20; ++i) {
        CHECK(pixel(packed, i % 10, i / 10) == grey(expected[static_cast<std::size_t>(i)] == '1' ? 0 : 255));
    }
}

TEST_CASE("pnm: P2 and P3 hold their samples as text") {
    const Image grey_image = decoded("P2 3 1 255\n1 # one\n 20\t255");
    CHECK(pixel(grey_image, 0, 0) == grey(1));
    CHECK(pixel(grey_image, 1, 0) == grey(20));
    CHECK(pixel(grey_image, 2, 0) == grey(255));
    const Image colour = decoded("P3\n2 2\n255\n3 2 1 6 5 4\n9 8 7\n12 11 10\n");
    check_one_to_twelve(colour);
    CHECK(pixel(decoded("P2 1 1 65535 4660"), 0, 0) == grey(0x12));
    CHECK(pixel(decoded("P2 1 1 3 1"), 0, 0) == grey(85));
}

TEST_CASE("pnm: P7 names its fields, in any order, and may have alpha, which is dropped") {
    const auto pam = [](const std::string& fields, const ByteString& samples) {
        return decoded("P7\n" + fields + "ENDHDR\n" + samples);
    };
    check_one_to_twelve(pam("WIDTH 2\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\n",
                            byte_string({3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10})));
    check_one_to_twelve(pam("# a comment\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nDEPTH 4\n\nHEIGHT 2\nWIDTH 2\n",
                            byte_string({3, 2, 1, 0, 6, 5, 4, 9, 9, 8, 7, 255, 12, 11, 10, 1})));
    const Image grey_alpha = pam("WIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\n",
                                 byte_string({7, 0, 9, 255}));
    CHECK(pixel(grey_alpha, 0, 0) == grey(7));
    CHECK(pixel(grey_alpha, 1, 0) == grey(9));
    // Bits that are bytes: here 1 is white.
    const Image bits =
        pam("WIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\n", byte_string({0, 1}));
    CHECK(pixel(bits, 0, 0) == grey(0));
    CHECK(pixel(bits, 1, 0) == grey(255));
    const Image untyped =
        pam("WIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 65535\nTUPLTYPE\n", byte_string({0x12, 0x34}));
    CHECK(pixel(untyped, 0, 0) == grey(0x12));
    for (const char* fields :
         {"DEPTH 5\nMAXVAL 255\n", "DEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\n", "DEPTH 0\nMAXVAL 255\n"}) {
        check_picture_refused("P7\nWIDTH 1\nHEIGHT 1\n" + std::string(fields) + "ENDHDR\nabcde",
                              StatusCode::unsupported, "a PAM picture of other channels");
    }
    for (const char* header : {"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nENDHDR\na", "P7\nWIDTH x\nENDHDR\n",
                               "P7\nCOLOUR 3\nENDHDR\n", "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\n",
                               "P7\nWIDTH -1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\na"}) {
        CAPTURE(header);
        check_picture_refused(header, StatusCode::malformed, "damaged PNM header at byte ");
    }
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
    for (const ByteString& file :
         {whole, ByteString("P1 3 2\n010101"), ByteString("P2 2 2 9\n1 2 3 4"),
          ByteString("P3 1 2 9\n1 2 3 4 5 6"), ByteString("P4 9 2\nabcd"), ByteString("P5 2 2 255\nabcd"),
          ByteString("P7\nWIDTH 1\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nENDHDR\nabcdef")}) {
        REQUIRE(decode(file).ok());
        for (std::size_t size = 0; size < file.size(); ++size) {
            CAPTURE(file);
            CAPTURE(size);
            CHECK(decode(file.substr(0, size)).status().code() == StatusCode::malformed);
        }
    }
    check_picture_refused("P2 2 2 9\n1 2 3    ", StatusCode::malformed,
                          "cut short in its pixels at byte 9: expected 4 samples, found 3");
    check_picture_refused("P2 2 2 9\n1 2 x 4", StatusCode::malformed,
                          "a sample that is no number at byte 13");
    check_picture_refused("P1 2 2\n0120", StatusCode::malformed, "a sample that is no number at byte 9");
    check_picture_refused("P3 2 1 9\n1 2 3 4 -5 6", StatusCode::malformed,
                          "a sample that is no number at byte 17");
    check_picture_refused(whole.substr(0, 22), StatusCode::malformed,
                          "cut short in its pixels at byte 11: expected 12 bytes, found 11");
}

TEST_CASE("pnm: damaged headers and maxima out of range are refused") {
    for (const char* header : {"P5", "P51 1 255\n1", "P5 x 1 255\n1", "P5 1 -1 255\n1", "P5 1 1 255x1",
                               "P5 1 1\n", "P5 1 1 #255\n1", "P6 1 1 2.5\nabc"}) {
        CAPTURE(header);
        check_picture_refused(header, StatusCode::malformed, "damaged PNM header at byte ");
    }
    for (const char* maximum : {"0", "65536", "99999999999999999999"}) {
        check_picture_refused("P5 1 1 " + std::string(maximum) + "\n12", StatusCode::malformed,
                              "maximum out of range");
    }
}

TEST_CASE("pnm: empty and far too large sizes are refused from the header alone") {
    check_picture_refused("P5 0 1 255\n", StatusCode::malformed, "0 x 1 pixels");
    check_picture_refused("P5 20000 20000 255\n", StatusCode::limit_exceeded, "too large");
    check_picture_refused("P5 99999999999999999999 99999999999999999999 255\n", StatusCode::limit_exceeded,
                          "too large");
}

TEST_CASE("pnm: where a binary picture ends, and whether its samples are pixels as they are") {
    struct Case {
        std::string header;
        std::size_t sample_bytes;
        std::optional<PixelFormat> format;
    };
    for (const Case& c :
         {Case{"P5 3 2 255\n", 6, PixelFormat::gray8}, Case{"P6\n3 2\n# x\n255\n", 18, PixelFormat::rgb8},
          Case{"P6 3 2 254\n", 18, {}}, Case{"P5 3 2 65535\n", 12, {}}, Case{"P4 9 2\n", 4, {}},
          Case{"P7\nWIDTH 3\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nENDHDR\n", 18, PixelFormat::rgb8},
          Case{"P7\nWIDTH 3\nHEIGHT 2\nDEPTH 2\nMAXVAL 255\nENDHDR\n", 12, {}}}) {
        CAPTURE(c.header);
        const auto layout = loaders::pnm_layout(span_of(c.header), 100);
        REQUIRE_MESSAGE(layout.ok(), layout.status().message());
        CHECK(layout->header_bytes == c.header.size());
        CHECK(layout->bytes == c.header.size() + c.sample_bytes);
        CHECK(layout->format == c.format);
        CHECK(layout->height == 2);
    }
    check_refused(loaders::pnm_layout(span_of("P6 11 10 255\n"), 100).status(), StatusCode::limit_exceeded,
                  {"11 x 10"});
    check_refused(loaders::pnm_layout(span_of("P6 11"), 100).status(), StatusCode::malformed, {"header"});
}
