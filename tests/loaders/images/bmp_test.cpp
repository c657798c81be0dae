// BMP: palettes, masks, run-length compression, both row orders and all header versions are read; cut files
// are refused.
#include "loaders/images/bmp.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/bytes.hpp"
#include "support/pictures.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

struct Bmp {
    std::int32_t width = 2;
    std::int32_t height = 2;
    std::uint16_t bits = 24;
    std::uint32_t compression = 0;
    std::uint32_t info_size = 40;
    std::uint32_t colours_used = 0;
    ByteString after_header{};  // masks and palette
    ByteString rows{};
};

ByteString make_bmp(const Bmp& b) {
    ByteString info;
    append(info, b.info_size);
    if (b.info_size == 12) {
        append(info, static_cast<std::uint16_t>(b.width));
        append(info, static_cast<std::uint16_t>(b.height));
    } else {
        append(info, b.width);
        append(info, b.height);
    }
    append(info, std::uint16_t{1});
    append(info, b.bits);
    if (b.info_size > 12) {
        append(info, b.compression);
        info += ByteString(12, '\0');
        append(info, b.colours_used);
        info += ByteString(4, '\0');
    }
    // Later headers begin with the masks, here given in after_header; the rest of them stays zero.
    ByteString rest = b.after_header;
    if (info.size() + rest.size() < b.info_size) rest.resize(b.info_size - info.size());
    ByteString file = "BM";
    append(file, std::uint32_t{0});
    append(file, std::uint32_t{0});
    append(file, static_cast<std::uint32_t>(14 + info.size() + rest.size()));
    return file + info + rest + b.rows;
}

// Two rows of two pixels, the lower first, padded to four bytes.
const ByteString kRows24 = byte_string({7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0});

ByteString patched(ByteString file, std::size_t at, std::uint32_t value) {
    patch(file, at, value);
    return file;
}

}  // namespace

TEST_CASE("bmp: 24 bits, bottom-up and top-down, under every header") {
    for (const std::uint32_t info_size : {12u, 40u, 52u, 56u, 64u, 108u, 124u}) {
        CAPTURE(info_size);
        check_one_to_twelve(decoded(make_bmp({.info_size = info_size, .rows = kRows24})));
    }
    check_one_to_twelve(decoded(make_bmp({.height = -2, .rows = kRows24.substr(8) + kRows24.substr(0, 8)})));
}

TEST_CASE("bmp: 32 bits, plain or with masks, alpha dropped") {
    const ByteString rows = byte_string({7, 8, 9, 0, 10, 11, 12, 0, 1, 2, 3, 255, 4, 5, 6, 9});
    check_one_to_twelve(decoded(make_bmp({.bits = 32, .rows = rows})));
    // Masks that put red lowest: the same bytes with blue and red exchanged.
    const ByteString masks = byte_string({255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0});
    const ByteString turned = byte_string({9, 8, 7, 0, 12, 11, 10, 0, 3, 2, 1, 255, 6, 5, 4, 9});
    check_one_to_twelve(
        decoded(make_bmp({.bits = 32, .compression = 3, .after_header = masks, .rows = turned})));
    const ByteString alpha = masks + byte_string({0, 0, 0, 255});
    check_one_to_twelve(
        decoded(make_bmp({.bits = 32, .compression = 6, .after_header = alpha, .rows = turned})));
    for (const std::uint32_t info_size : {56u, 108u, 124u}) {
        CAPTURE(info_size);
        check_one_to_twelve(decoded(make_bmp(
            {.bits = 32, .compression = 3, .info_size = info_size, .after_header = alpha, .rows = turned})));
    }
}

TEST_CASE("bmp: 16 bits are stretched to 8, with 5 bits per channel or the masks given") {
    ByteString rows;
    append(rows, static_cast<std::uint16_t>(31 << 10 | 16 << 5 | 1));
    rows += byte_string({0, 0});
    const Image plain = decoded(make_bmp({.width = 1, .height = 1, .bits = 16, .rows = rows}));
    CHECK(pixel(plain, 0, 0) == Pixel{8, 132, 255});
    const ByteString masks = byte_string({0, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0});
    rows = byte_string({});
    append(rows, static_cast<std::uint16_t>(31 << 11 | 32 << 5 | 1));
    rows += byte_string({0, 0});
    const Image masked = decoded(make_bmp(
        {.width = 1, .height = 1, .bits = 16, .compression = 3, .after_header = masks, .rows = rows}));
    CHECK(pixel(masked, 0, 0) == Pixel{8, 130, 255});
}

TEST_CASE("bmp: palettes of 1, 4 and 8 bits; black for colours the palette lacks") {
    const ByteString palette = byte_string({1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0});
    check_one_to_twelve(decoded(make_bmp({.bits = 8,
                                          .colours_used = 4,
                                          .after_header = palette,
                                          .rows = byte_string({2, 3, 0, 0, 0, 1, 0, 0})})));
    check_one_to_twelve(decoded(make_bmp({.bits = 4,
                                          .colours_used = 4,
                                          .after_header = palette,
                                          .rows = byte_string({0x23, 0, 0, 0, 0x01, 0, 0, 0})})));
    const Image bits = decoded(make_bmp({.width = 9,
                                         .height = 1,
                                         .bits = 1,
                                         .after_header = palette.substr(0, 8),
                                         .rows = byte_string({0x01, 0x80, 0, 0})}));
    for (int x = 0; x < 9; ++x) CHECK(pixel(bits, x, 0) == (x >= 7 ? Pixel{4, 5, 6} : Pixel{1, 2, 3}));
    const Image lacking = decoded(make_bmp({.width = 1,
                                            .height = 1,
                                            .bits = 8,
                                            .colours_used = 4,
                                            .after_header = palette,
                                            .rows = byte_string({4, 0, 0, 0})}));
    CHECK(pixel(lacking, 0, 0) == grey(0));
    const ByteString short_entries = byte_string({1, 2, 3, 4, 5, 6});
    const Image old = decoded(make_bmp({.width = 2,
                                        .height = 1,
                                        .bits = 1,
                                        .info_size = 12,
                                        .after_header = short_entries,
                                        .rows = byte_string({0x40, 0, 0, 0})}));
    CHECK(pixel(old, 0, 0) == Pixel{1, 2, 3});
    CHECK(pixel(old, 1, 0) == Pixel{4, 5, 6});
}

TEST_CASE("bmp: a file cut anywhere is refused as malformed") {
    const ByteString whole = make_bmp({.rows = kRows24});
    constexpr std::size_t kPadding = 2;  // which the last row may lack
    for (std::size_t size = 0; size < whole.size() - kPadding; ++size) {
        CAPTURE(size);
        CHECK(decode(whole.substr(0, size)).status().code() == StatusCode::malformed);
    }
    check_one_to_twelve(decoded(whole.substr(0, whole.size() - kPadding)));
    check_picture_refused(whole.substr(0, whole.size() - 3), StatusCode::malformed,
                          "cut short in its pixels at byte 54: expected 14 bytes, found 13");
}

TEST_CASE("bmp: a palette shorter than promised ends where the pixels begin") {
    const ByteString palette = byte_string({1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0});
    for (const std::uint32_t promised : {0u, 5u, 256u, 0xffffffffu}) {
        CAPTURE(promised);
        const Image image = decoded(make_bmp({.width = 3,
                                              .height = 2,
                                              .bits = 8,
                                              .colours_used = promised,
                                              .after_header = palette,
                                              .rows = byte_string({2, 3, 4, 0, 0, 1, 255, 0})}));
        CHECK(pixel(image, 0, 0) == Pixel{1, 2, 3});
        CHECK(pixel(image, 1, 1) == Pixel{10, 11, 12});
        CHECK(pixel(image, 2, 0) == grey(0));
        CHECK(pixel(image, 2, 1) == grey(0));
    }
    // There is no palette at all.
    const Image black = decoded(make_bmp({.bits = 4, .rows = byte_string({0x12, 0, 0, 0, 0x34, 0, 0, 0})}));
    CHECK(pixel(black, 0, 0) == grey(0));
}

TEST_CASE("bmp: with a pixel offset of 0 the pixels follow the headers and the palette") {
    constexpr std::size_t kOffset = 10;
    for (const std::uint32_t info_size : {12u, 40u, 124u}) {
        CAPTURE(info_size);
        check_one_to_twelve(
            decoded(patched(make_bmp({.info_size = info_size, .rows = kRows24}), kOffset, 0)));
    }
    ByteString palette = byte_string({1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0});
    const ByteString rows = byte_string({2, 3, 0, 0, 0, 1, 0, 0});
    check_one_to_twelve(decoded(patched(
        make_bmp({.bits = 8, .colours_used = 4, .after_header = palette, .rows = rows}), kOffset, 0)));
    palette.resize(4 * 256);
    check_one_to_twelve(
        decoded(patched(make_bmp({.bits = 8, .after_header = palette, .rows = rows}), kOffset, 0)));
    const ByteString masks = byte_string({0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0});
    const ByteString rows32 = byte_string({7, 8, 9, 0, 10, 11, 12, 0, 1, 2, 3, 0, 4, 5, 6, 0});
    check_one_to_twelve(decoded(patched(
        make_bmp({.bits = 32, .compression = 3, .after_header = masks, .rows = rows32}), kOffset, 0)));
}

TEST_CASE("bmp: run-length compressed files of 8 and 4 bits are read, runs, single pixels and moves") {
    ByteString palette;
    for (int i = 0; i < 16; ++i) palette += byte_string({10 * i, 10 * i, 10 * i, 0});
    struct Case {
        const char* what;
        std::uint16_t bits;
        ByteString runs;
        std::vector<std::vector<int>> expected;  // palette indices, the upper row first
    };
    const Case cases[] = {
        {"runs", 8, byte_string({5, 1, 0, 0, 2, 2, 3, 3, 0, 1}), {{2, 2, 3, 3, 3}, {1, 1, 1, 1, 1}}},
        {"single pixels",
         8,
         byte_string({0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 0, 4, 6, 7, 8, 9, 1, 10, 0, 1}),
         {{6, 7, 8, 9, 10}, {1, 2, 3, 4, 5}}},
        {"nothing", 8, byte_string({0, 1}), {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}},
        {"a row that ends early",
         8,
         byte_string({2, 7, 0, 0, 1, 8, 0, 1}),
         {{8, 0, 0, 0, 0}, {7, 7, 0, 0, 0}}},
        {"a move right and on",
         8,
         byte_string({1, 4, 0, 2, 2, 1, 2, 5, 0, 1}),
         {{0, 0, 0, 5, 5}, {4, 0, 0, 0, 0}}},
        {"a move past the end", 8, byte_string({5, 1, 0, 2, 9, 9, 3, 3}), {{0, 0, 0, 0, 0}, {1, 1, 1, 1, 1}}},
        {"a run past the row",
         8,
         byte_string({255, 1, 0, 0, 3, 2, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 1}),
         {{2, 2, 2, 1, 2}, {1, 1, 1, 1, 1}}},
        {"no end", 8, byte_string({5, 1, 0, 0, 5, 2}), {{2, 2, 2, 2, 2}, {1, 1, 1, 1, 1}}},
        {"no end, but of the row",
         8,
         byte_string({5, 1, 0, 0, 3, 2, 0, 0}),
         {{2, 2, 2, 0, 0}, {1, 1, 1, 1, 1}}},
        {"more than the picture",
         8,
         byte_string({5, 1, 0, 0, 5, 2, 0, 0, 5, 3, 0, 1}),
         {{2, 2, 2, 2, 2}, {1, 1, 1, 1, 1}}},
        {"runs of 4 bits",
         4,
         byte_string({5, 0x12, 0, 0, 2, 0x34, 3, 0x55, 0, 1}),
         {{3, 4, 5, 5, 5}, {1, 2, 1, 2, 1}}},
        {"single pixels of 4 bits",
         4,
         byte_string({0, 5, 0x12, 0x34, 0x50, 0, 0, 0, 0, 3, 0x67, 0x80, 2, 0x9a, 0, 1}),
         {{6, 7, 8, 9, 10}, {1, 2, 3, 4, 5}}},
        {"a move in 4 bits",
         4,
         byte_string({1, 0x40, 0, 2, 2, 1, 2, 0x56, 0, 1}),
         {{0, 0, 0, 5, 6}, {4, 0, 0, 0, 0}}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const std::uint32_t compression = c.bits == 8 ? 1 : 2;
        const Bmp bmp = {.width = 5,
                         .bits = c.bits,
                         .compression = compression,
                         .colours_used = 16,
                         .after_header = palette,
                         .rows = c.runs};
        const Image image = decoded(make_bmp(bmp));
        for (int y = 0; y < 2; ++y) {
            for (int x = 0; x < 5; ++x) {
                CAPTURE(x);
                CAPTURE(y);
                CHECK(pixel(image, x, y) ==
                      grey(10 * c.expected[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]));
            }
        }
    }
}

TEST_CASE("bmp: runs that break off are refused with the row they end in") {
    const ByteString runs = byte_string({2, 1, 0, 2, 1, 0, 0, 0, 0, 4, 1, 2, 3, 4});
    for (std::size_t size = 0; size < runs.size(); ++size) {
        CAPTURE(size);
        const Bmp bmp = {.width = 4, .bits = 8, .compression = 1, .rows = runs.substr(0, size)};
        check_picture_refused(
            make_bmp(bmp), StatusCode::malformed,
            size < 8 ? "the runs end early, in row 1 of 2" : "the runs end early, in row 2 of 2");
    }
    CHECK(decode(make_bmp({.width = 4, .bits = 8, .compression = 1, .rows = runs})).ok());
}

TEST_CASE("bmp: compressed files are named, impossible ones refused") {
    for (const std::uint32_t method : {1u, 2u}) {
        check_picture_refused(make_bmp({.bits = 24, .compression = method}), StatusCode::malformed,
                              "runs of another size than the pixels' 24 bits");
    }
    check_picture_refused(make_bmp({.bits = 4, .compression = 1}), StatusCode::malformed,
                          "runs of another size");
    for (const std::uint32_t method : {4u, 5u}) {
        check_picture_refused(make_bmp({.compression = method}), StatusCode::unsupported,
                              "JPEG or PNG inside");
    }
    check_picture_refused(make_bmp({.compression = 9}), StatusCode::malformed, "compression method 9");
    check_picture_refused(make_bmp({.bits = 24, .compression = 3}), StatusCode::malformed,
                          "colour masks without");
    check_picture_refused(make_bmp({.bits = 32, .compression = 3}), StatusCode::malformed,
                          "cut short in its colour masks");
    check_picture_refused(
        make_bmp({.bits = 32, .compression = 3, .after_header = ByteString(12, '\0'), .rows = kRows24}),
        StatusCode::malformed, "an empty colour mask");
    check_picture_refused(make_bmp({.bits = 13}), StatusCode::malformed, "13 bits per pixel");
    check_picture_refused(make_bmp({.info_size = 41}).substr(0, 54), StatusCode::malformed,
                          "cut short in its header");
    check_picture_refused(patched(make_bmp({.rows = kRows24}), 14, 13), StatusCode::malformed,
                          "info header of 13 bytes");
    check_picture_refused(patched(make_bmp({.rows = kRows24}), 26, 2 | 24 << 16), StatusCode::malformed,
                          "colour plane");
    for (const std::uint32_t offset : {1u, 53u, 71u, 0xffffffffu}) {
        check_picture_refused(patched(make_bmp({.rows = kRows24}), 10, offset), StatusCode::malformed,
                              "pixels at an impossible place");
    }
}

TEST_CASE("bmp: empty, negative and far too large sizes are refused from the header alone") {
    check_picture_refused(make_bmp({.width = 0}), StatusCode::malformed, "0 x 2 pixels");
    check_picture_refused(make_bmp({.height = 0}), StatusCode::malformed, "2 x 0 pixels");
    check_picture_refused(make_bmp({.width = -2}), StatusCode::malformed, "-2 x 2 pixels");
    check_picture_refused(make_bmp({.width = 20000, .height = 20000}), StatusCode::limit_exceeded,
                          "too large");
    check_picture_refused(make_bmp({.width = 0x7fffffff, .height = INT32_MIN}), StatusCode::limit_exceeded,
                          "too large");
}
