// PNG: every kind of sample is read to the documented value; incomplete, damaged and exploding files are
// refused.
#include "loaders/images/png.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

// A file of uncompressed rows, each beginning with its filter byte.
ByteString plain_png(const PngHeader& header, const ByteString& rows, const ByteString& before_data = {}) {
    return make_png(header, zlib_stored(rows), before_data);
}

// 2 x 2 pixels of red, green and blue.
const PngHeader kTwoByTwo = {.width = 2, .height = 2};
const ByteString kTwoByTwoRows = byte_string({0, 3, 2, 1, 6, 5, 4, 0, 9, 8, 7, 12, 11, 10});

}  // namespace

TEST_CASE("png: files of libpng show exactly the picture that was put in, alpha dropped") {
    for (const char* name : {"rgb.png", "rgba.png"}) {
        CAPTURE(name);
        const Image image = decoded(picture_data(name));
        REQUIRE(image.width == 37);
        REQUIRE(image.height == 29);
        for (int y = 0; y < image.height; ++y) {
            for (int x = 0; x < image.width; ++x)
                REQUIRE(pixel(image, x, y) == Pixel{3 * (x + y), 8 * y, 6 * x});
        }
    }
    const Image palette = decoded(picture_data("palette.png"));
    CHECK(palette.width == 37);
    CHECK(std::abs(pixel(palette, 36, 28)[2] - 6 * 36) < 32);
}

TEST_CASE("png: grey samples of 1, 2, 4, 8 and 16 bits are stretched or cut to 8") {
    const auto row = [](int depth, std::initializer_list<int> data) {
        return decoded(
            plain_png({.width = 3, .height = 1, .depth = static_cast<std::uint8_t>(depth), .colour = 0},
                      byte_string({0}) + byte_string(data)));
    };
    const auto check = [](const Image& image, int a, int b, int c) {
        CHECK(pixel(image, 0, 0) == grey(a));
        CHECK(pixel(image, 1, 0) == grey(b));
        CHECK(pixel(image, 2, 0) == grey(c));
    };
    check(row(1, {0b10100000}), 255, 0, 255);
    check(row(2, {0b01101100}), 85, 170, 255);
    check(row(4, {0x1f, 0x80}), 17, 255, 136);
    check(row(8, {1, 200, 255}), 1, 200, 255);
    check(row(16, {0x12, 0xff, 0xff, 0x00, 0x00, 0xff}), 0x12, 0xff, 0x00);
}

TEST_CASE("png: 16-bit colour keeps the high byte, alpha and transparent colours are dropped") {
    const Image deep = decoded(plain_png({.width = 1, .height = 1, .depth = 16, .colour = 2},
                                         byte_string({0, 10, 255, 20, 255, 30, 255})));
    CHECK(pixel(deep, 0, 0) == Pixel{30, 20, 10});
    const Image deep_alpha = decoded(plain_png({.width = 1, .height = 1, .depth = 16, .colour = 6},
                                               byte_string({0, 10, 255, 20, 255, 30, 255, 0, 0})));
    CHECK(pixel(deep_alpha, 0, 0) == Pixel{30, 20, 10});
    const Image grey_alpha = decoded(
        plain_png({.width = 2, .height = 1, .depth = 8, .colour = 4}, byte_string({0, 77, 0, 88, 255})));
    CHECK(pixel(grey_alpha, 0, 0) == grey(77));
    CHECK(pixel(grey_alpha, 1, 0) == grey(88));
    const Image keyed = decoded(plain_png({.width = 1, .height = 1}, byte_string({0, 9, 8, 7}),
                                          png_chunk("tRNS", byte_string({0, 9, 0, 8, 0, 7}))));
    CHECK(pixel(keyed, 0, 0) == Pixel{7, 8, 9});
}

TEST_CASE("png: a palette is looked up at every depth, its transparency dropped") {
    const ByteString palette = png_chunk("PLTE", byte_string({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    const auto check = [&](int depth, std::initializer_list<int> data, const ByteString& chunks) {
        CAPTURE(depth);
        const Image image = decoded(
            plain_png({.width = 2, .height = 1, .depth = static_cast<std::uint8_t>(depth), .colour = 3},
                      byte_string({0}) + byte_string(data), chunks));
        CHECK(pixel(image, 0, 0) == Pixel{6, 5, 4});
        CHECK(pixel(image, 1, 0) == (depth == 1 ? Pixel{3, 2, 1} : Pixel{12, 11, 10}));
    };
    for (const ByteString& chunks : {palette, palette + png_chunk("tRNS", byte_string({255, 0, 128, 7}))}) {
        check(1, {0b10000000}, chunks);
        check(2, {0b01110000}, chunks);
        check(4, {0x13}, chunks);
        check(8, {1, 3}, chunks);
    }
}

TEST_CASE("png: a colour that the palette lacks is black, at every depth, interlaced or not") {
    for (const std::size_t colours : {1u, 2u, 3u, 5u, 200u}) {
        ByteString palette;
        for (std::size_t i = 0; i < colours; ++i) palette += byte_string({7, 8, 9});
        for (const int depth : {1, 2, 4, 8}) {
            const int largest = (1 << depth) - 1;
            CAPTURE(colours);
            CAPTURE(depth);
            // Each index is there once, in rows of one pixel.
            ByteString rows;
            for (int i = 0; i <= largest; ++i) rows += byte_string({0, i << (8 - depth)});
            const PngHeader header = {.width = 1,
                                      .height = static_cast<std::uint32_t>(largest) + 1,
                                      .depth = static_cast<std::uint8_t>(depth),
                                      .colour = 3};
            const Image image = decoded(plain_png(header, rows, png_chunk("PLTE", palette)));
            for (int i = 0; i <= largest; ++i) {
                CHECK(pixel(image, 0, i) ==
                      (static_cast<std::size_t>(i) < colours ? Pixel{9, 8, 7} : grey(0)));
            }
            // Transparency beyond the palette changes nothing.
            const ByteString transparency = png_chunk("tRNS", ByteString(256, '\x80'));
            CHECK((decoded(plain_png(header, rows, png_chunk("PLTE", palette) + transparency)).pixels ==
                   image.pixels));
        }
    }
    const ByteString one = png_chunk("PLTE", byte_string({7, 8, 9}));
    const Image interlaced =
        decoded(plain_png({.width = 3, .height = 2, .depth = 8, .colour = 3, .interlace = 1},
                          byte_string({0, 0, 0, 1, 0, 255, 0, 0, 3, 0}), one));
    CHECK(pixel(interlaced, 0, 0) == Pixel{9, 8, 7});
    CHECK(pixel(interlaced, 2, 0) == grey(0));
    CHECK(pixel(interlaced, 1, 0) == grey(0));
    CHECK(pixel(interlaced, 1, 1) == grey(0));
    // One picture's palette does not linger for the next.
    const Image after =
        decoded(plain_png({.width = 1, .height = 1, .depth = 8, .colour = 3}, byte_string({0, 200}), one));
    CHECK(pixel(after, 0, 0) == grey(0));
}

TEST_CASE("png: of a palette of over 256 colours those count that an index reaches") {
    ByteString palette;
    for (int i = 0; i < 300; ++i) palette += byte_string({i & 255, 8, 9});
    const Image image = decoded(plain_png({.width = 1, .height = 1, .depth = 8, .colour = 3},
                                          byte_string({0, 200}), png_chunk("PLTE", palette)));
    CHECK(pixel(image, 0, 0) == Pixel{9, 8, 200});
}

TEST_CASE("png: transparency may stand before the palette, twice, or hold too much") {
    const ByteString palette = png_chunk("PLTE", byte_string({1, 2, 3, 4, 5, 6}));
    const ByteString transparency = png_chunk("tRNS", ByteString(20, '\x80'));
    for (const ByteString& chunks : {transparency + palette, palette + transparency + transparency}) {
        const Image image = decoded(
            plain_png({.width = 2, .height = 1, .depth = 8, .colour = 3}, byte_string({0, 0, 1}), chunks));
        CHECK(pixel(image, 0, 0) == Pixel{3, 2, 1});
        CHECK(pixel(image, 1, 0) == Pixel{6, 5, 4});
    }
    for (const std::size_t size : {0u, 1u, 20u}) {
        check_one_to_twelve(
            decoded(plain_png(kTwoByTwo, kTwoByTwoRows, png_chunk("tRNS", ByteString(size, '\1')))));
    }
}

TEST_CASE("png: each filter takes off what its neighbours say, at every pixel size") {
    // Sub, Up, Average and Paeth by the formulas of the specification over rows that are known.
    struct Kind {
        std::uint8_t colour, depth;
        int pixel_bytes;
    };
    for (const Kind& kind : {Kind{0, 8, 1}, {4, 8, 2}, {2, 8, 3}, {6, 8, 4}, {6, 16, 8}, {0, 4, 1}}) {
        CAPTURE(int{kind.colour});
        CAPTURE(int{kind.depth});
        const int pixel_bytes = kind.pixel_bytes;
        constexpr int kRows = 10, kBytes = 24;
        int rows[kRows][kBytes];
        ByteString plain, filtered;
        const auto at = [&](int y, int i) { return y < 0 || i < 0 ? 0 : rows[y][i]; };
        for (int y = 0; y < kRows; ++y) {
            const int filter = y % 5;
            plain += '\0';
            filtered += static_cast<char>(filter);
            for (int i = 0; i < kBytes; ++i) rows[y][i] = (y * 73 + i * i * 31 + 17) & 255;
            for (int i = 0; i < kBytes; ++i) {
                const int a = at(y, i - pixel_bytes), b = at(y - 1, i), c = at(y - 1, i - pixel_bytes);
                const int p = a + b - c;
                const int pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
                const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
                const int predicted[] = {0, a, b, (a + b) / 2, paeth};
                plain += static_cast<char>(rows[y][i]);
                filtered += static_cast<char>(rows[y][i] - predicted[filter]);
            }
        }
        const PngHeader header = {
            .width = kind.depth == 4 ? 48u : static_cast<std::uint32_t>(kBytes / pixel_bytes),
            .height = kRows,
            .depth = kind.depth,
            .colour = kind.colour};
        CHECK((decoded(plain_png(header, filtered)).pixels == decoded(plain_png(header, plain)).pixels));
    }
}

TEST_CASE("png: interlaced files are read") {
    // 3 x 2: the passes hold (0,0); none; none; (2,0); none; (1,0); then row 1.
    const Image image = decoded(plain_png({.width = 3, .height = 2, .depth = 8, .colour = 0, .interlace = 1},
                                          byte_string({0, 11, 0, 13, 0, 12, 0, 21, 22, 23})));
    for (int x = 0; x < 3; ++x) {
        CHECK(pixel(image, x, 0) == grey(11 + x));
        CHECK(pixel(image, x, 1) == grey(21 + x));
    }
}

TEST_CASE("png: 1 x 1, 1 x 10000 and 10000 x 1 are read") {
    CHECK(pixel(decoded(plain_png({}, byte_string({0, 1, 2, 3}))), 0, 0) == Pixel{3, 2, 1});
    ByteString tall;
    for (int y = 0; y < 10000; ++y) tall += byte_string({0, y & 255});
    const Image high = decoded(plain_png({.width = 1, .height = 10000, .depth = 8, .colour = 0}, tall));
    CHECK(high.height == 10000);
    CHECK(pixel(high, 0, 9999) == grey(9999 & 255));
    const Image wide = decoded(plain_png({.width = 10000, .height = 1, .depth = 8, .colour = 0},
                                         byte_string({0}) + ByteString(10000, 'a')));
    CHECK(wide.width == 10000);
    CHECK(pixel(wide, 9999, 0) == grey('a'));
}

TEST_CASE("png: an eXIf chunk turns the picture upright, a damaged one leaves it") {
    const ByteString exif = exif_segment(6).substr(6);  // without the JPEG segment's "Exif"
    const Image turned = decoded(plain_png({.width = 2, .height = 1, .depth = 8, .colour = 0},
                                           byte_string({0, 10, 20}), png_chunk("eXIf", exif)));
    CHECK(turned.width == 1);
    CHECK(turned.height == 2);
    CHECK(pixel(turned, 0, 0) == grey(10));
    CHECK(pixel(turned, 0, 1) == grey(20));
    check_one_to_twelve(decoded(plain_png(kTwoByTwo, kTwoByTwoRows, png_chunk("eXIf", "damaged"))));
}

TEST_CASE("png: unknown ancillary chunks, animation and trailing bytes are ignored") {
    const ByteString chunks =
        png_chunk("acTL", byte_string({0, 0, 0, 2, 0, 0, 0, 0})) + png_chunk("teSt", "x");
    check_one_to_twelve(decoded(plain_png(kTwoByTwo, kTwoByTwoRows, chunks) + "trailing"));
}

TEST_CASE("png: image data may be split over chunks that follow one another, and only so") {
    const ByteString zlib = zlib_stored(kTwoByTwoRows);
    const ByteString head = ByteString(kPngSignature) + png_header(kTwoByTwo);
    const ByteString a = png_chunk("IDAT", zlib.substr(0, 5));
    const ByteString b = png_chunk("IDAT", zlib.substr(5));
    const ByteString end = png_chunk("IEND", "");
    check_one_to_twelve(decoded(head + a + png_chunk("IDAT", "") + b + end));
    const ByteString empty = png_chunk("IDAT", "");
    check_one_to_twelve(decoded(head + empty + a + b + end));
    check_one_to_twelve(decoded(head + empty + empty + a + empty + empty + b + empty + end));
    check_picture_refused(head + empty + end, StatusCode::malformed, "zlib stream without its header");
    ByteString bytes;
    for (const char byte : zlib) bytes += png_chunk("IDAT", {&byte, 1});
    check_one_to_twelve(decoded(head + bytes + end));
    check_picture_refused(head + a + png_chunk("teSt", "") + b + end, StatusCode::malformed,
                          "image data in several places");
    check_picture_refused(head + end, StatusCode::malformed, "no image data");
}

TEST_CASE("png: a file cut before the end of its image data is refused, behind it the picture is whole") {
    const ByteString whole = plain_png(kTwoByTwo, kTwoByTwoRows, png_chunk("teSt", "x"));
    const ByteString text = png_chunk("tEXt", ByteString("Comment\0behind", 14));
    const std::size_t end = whole.size() - 12;
    const ByteString longer = whole.substr(0, end) + text + whole.substr(end);
    for (std::size_t size = 0; size < longer.size(); ++size) {
        CAPTURE(size);
        const auto image = decode(longer.substr(0, size));
        if (size < end) {
            CHECK(image.status().code() == StatusCode::malformed);
        } else {
            REQUIRE_MESSAGE(image.ok(), image.status().message());
            check_one_to_twelve(image.value());
        }
    }
    check_picture_refused(whole.substr(0, end - 8), StatusCode::malformed, "cut short in chunk 'IDAT'");
    check_picture_refused(whole.substr(0, 33), StatusCode::malformed,
                          "cut short: the chunks end here at byte 33");
    // A further chunk of image data, cut short, is lost pixels, be it of none.
    const ByteString more = whole.substr(0, end) + png_chunk("IDAT", "more");
    check_picture_refused(more.substr(0, more.size() - 1), StatusCode::malformed,
                          "cut short in chunk 'IDAT'");
}

TEST_CASE(
    "png: behind the image data nothing costs a pixel: wrong CRCs, zeros, chunks no one knows, a palette") {
    const ByteString whole = plain_png(kTwoByTwo, kTwoByTwoRows);
    const ByteString image = whole.substr(0, whole.size() - 12);
    ByteString wrong_end = whole;
    wrong_end.back() = static_cast<char>(wrong_end.back() ^ 1);
    for (const ByteString& file : {wrong_end, image + ByteString(100, '\0'), image + png_chunk("TeSt", ""),
                                   image + png_chunk("PLTE", "abc"), image + "garbage",
                                   image + ByteString("\xff\xff\xff\xffIEND", 8)}) {
        check_one_to_twelve(decoded(file));
    }
}

TEST_CASE("png: any single damaged byte of what the pixels need is noticed, and of other chunks none") {
    const ByteString before = png_chunk("teSt", "x");
    const ByteString whole = plain_png(kTwoByTwo, kTwoByTwoRows, before);
    const std::size_t after_header = 8 + 25;
    for (std::size_t at = 0; at < whole.size() - 12; ++at) {
        CAPTURE(at);
        ByteString damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
        const bool harmless = at >= after_header + 4 && at < after_header + before.size();
        CHECK(decode(damaged).ok() == harmless);
    }
    ByteString damaged = plain_png(kTwoByTwo, kTwoByTwoRows);
    damaged[50] = static_cast<char>(damaged[50] ^ 1);
    check_picture_refused(damaged, StatusCode::malformed,
                          "wrong CRC of chunk 'IDAT' at byte 33: expected 0x");
}

TEST_CASE("png: image data that ends early is refused, whole chunks or not") {
    check_picture_refused(plain_png(kTwoByTwo, kTwoByTwoRows.substr(0, 13)), StatusCode::malformed,
                          "the image data ends early at byte 33: expected 14 bytes, found 13");
    const ByteString zlib = zlib_stored(kTwoByTwoRows);
    check_picture_refused(make_png(kTwoByTwo, zlib.substr(0, zlib.size() - 9)), StatusCode::malformed,
                          "DEFLATE stream: cut short");
    check_picture_refused(make_png(kTwoByTwo, "not zlib"), StatusCode::malformed,
                          "zlib stream with an impossible header");
    check_picture_refused(make_png(kTwoByTwo, "x"), StatusCode::malformed, "zlib stream without its header");
    check_picture_refused(plain_png(kTwoByTwo, byte_string({0, 1, 2, 3, 4, 5, 6, 9, 7, 8, 9, 10, 11, 12})),
                          StatusCode::malformed, "filter 9 in row 2 at byte 33: expected 0 to 4");
    // Of a header that promises far more than its data can hold no memory is taken.
    check_picture_refused(
        make_png({.width = 10000, .height = 10000, .depth = 16, .colour = 6}, zlib_zeros(1000)),
        StatusCode::malformed, "the image data ends early at byte 33: expected 800010000 bytes");
}

TEST_CASE("png: image data whose checksum or last block lacks holds every pixel all the same") {
    const ByteString zlib = zlib_stored(kTwoByTwoRows);
    for (std::size_t missing = 1; missing <= 4; ++missing) {
        check_one_to_twelve(decoded(make_png(kTwoByTwo, zlib.substr(0, zlib.size() - missing))));
    }
    check_one_to_twelve(decoded(make_png(kTwoByTwo, zlib.substr(0, zlib.size() - 4) + "sums")));
    check_one_to_twelve(decoded(make_png(kTwoByTwo, zlib + "more")));
    ByteString not_last = zlib;
    not_last[2] = 0;  // the first block is no longer the last
    check_one_to_twelve(decoded(make_png(kTwoByTwo, not_last)));
}

TEST_CASE("png: too many pixels are refused from the header alone") {
    const ByteString header = ByteString(kPngSignature) + png_header({.width = 20000, .height = 20000});
    check_picture_refused(header, StatusCode::limit_exceeded,
                          "20000 x 20000 pixels is too large: expected at most 100000000 pixels");
    for (const std::uint32_t huge : {0x7fffffffu, 0x80000000u, 0xffffffffu}) {
        check_picture_refused(ByteString(kPngSignature) + png_header({.width = huge, .height = huge}),
                              StatusCode::limit_exceeded, "too large");
    }
    ImageReadOptions limit;
    limit.max_pixels = 3;
    CHECK(decode(plain_png(kTwoByTwo, kTwoByTwoRows), limit).status().code() == StatusCode::limit_exceeded);
    limit.max_pixels = 4;
    check_one_to_twelve(decode(plain_png(kTwoByTwo, kTwoByTwoRows), limit).value());
}

TEST_CASE("png: data that unpacks far beyond the picture is unpacked as far as the picture goes") {
    const ByteString bomb = make_png({}, zlib_zeros(std::size_t{64} << 20));
    REQUIRE(bomb.size() < 512 << 10);
    CHECK(pixel(decoded(bomb), 0, 0) == grey(0));
    CHECK(decode(make_png({}, zlib_zeros(300))).ok());
}

TEST_CASE("png: interlaced 16-bit colour with alpha is read, each pass in its place") {
    constexpr int kSide = 401;
    struct Pass {
        int x, y, step_x, step_y;
    };
    ByteString rows;
    for (const Pass& p : {Pass{0, 0, 8, 8},
                          {4, 0, 8, 8},
                          {0, 4, 4, 8},
                          {2, 0, 4, 4},
                          {0, 2, 2, 4},
                          {1, 0, 2, 2},
                          {0, 1, 1, 2}}) {
        const int wide = (kSide - p.x + p.step_x - 1) / p.step_x;
        for (int y = p.y; y < kSide; y += p.step_y) {
            rows += '\0';
            rows.append(static_cast<std::size_t>(wide) * 8, static_cast<char>(y));
        }
    }
    const Image image =
        decoded(plain_png({.width = kSide, .height = kSide, .depth = 16, .colour = 6, .interlace = 1}, rows));
    for (const int y : {0, 1, 200, kSide - 1}) CHECK(pixel(image, y, y) == grey(y & 255));
}

TEST_CASE("png: impossible headers and orders of chunks are refused") {
    const ByteString rows = byte_string({0, 0, 0, 0, 0, 0, 0, 0, 0});
    check_picture_refused(plain_png({.width = 0}, rows), StatusCode::malformed, "0 x 1 pixels");
    check_picture_refused(plain_png({.height = 0}, rows), StatusCode::malformed, "1 x 0 pixels");
    for (const auto& [colour, depth] :
         {std::pair{2, 4}, {0, 3}, {3, 16}, {4, 2}, {6, 1}, {1, 8}, {5, 8}, {7, 8}}) {
        const PngHeader header = {.depth = static_cast<std::uint8_t>(depth),
                                  .colour = static_cast<std::uint8_t>(colour)};
        check_picture_refused(
            plain_png(header, rows), StatusCode::malformed,
            "colour type " + std::to_string(colour) + " with " + std::to_string(depth) + " bits");
    }
    check_picture_refused(plain_png({.depth = 8, .colour = 3}, rows), StatusCode::malformed,
                          "before the palette");
    const ByteString palette = png_chunk("PLTE", "abc");
    check_picture_refused(plain_png({.depth = 8, .colour = 3}, rows, palette + palette),
                          StatusCode::malformed, "a second palette");
    for (const std::size_t size : {0u, 1u, 4u}) {
        check_picture_refused(
            plain_png({.depth = 8, .colour = 3}, rows, png_chunk("PLTE", ByteString(size, 'a'))),
            StatusCode::malformed, "a palette of " + std::to_string(size) + " byte");
    }
    for (const std::size_t field : {10u, 11u, 12u}) {  // of compression, filter and interlace
        ByteString content = png_header({}).substr(8, 13);
        content[field] = 2;
        check_picture_refused(ByteString(kPngSignature) + png_chunk("IHDR", content), StatusCode::malformed,
                              "method that PNG does not have");
    }
    check_picture_refused(ByteString(kPngSignature) + png_chunk("IDAT", ""), StatusCode::malformed,
                          "no IHDR chunk");
    check_picture_refused(plain_png({}, rows, png_chunk("TeSt", "")), StatusCode::unsupported,
                          "unknown critical chunk 'TeSt'");
    check_picture_refused(ByteString(kPngSignature) + png_chunk("CgBI", "1234"), StatusCode::unsupported,
                          "CgBI");
    check_picture_refused("\x89PNG\n\x1a\n", StatusCode::malformed, "damaged PNG signature");
}
