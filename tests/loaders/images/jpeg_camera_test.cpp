// JPEG: what cameras and programs write besides the book, or leave out, and no pixel suffers from: the pixels
// are those of the file by the book.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

// 40 x 24 pixels, 5 x 3 blocks of levels of their own.
JpegOptions blocks() {
    JpegOptions options;
    options.width = 40;
    options.height = 24;
    options.grey = [](int x, int y) { return 10 * (x + 1) + 60 * y; };
    return options;
}

ByteString with(ByteString file, std::size_t at, const ByteString& inserted) {
    return file.insert(at, inserted);
}

// The file has the pixels of `expected`, which is decodable.
void check_same(const ByteString& file, const ByteString& expected) {
    const auto image = decode(file);
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    CHECK((image->pixels == decoded(expected).pixels));
}

ByteString without_segments(ByteString jpeg, int marker, const std::string& first_bytes = {}) {
    for (std::size_t at = find_marker(jpeg, marker); at < find_marker(jpeg, 0xda);
         at = find_marker(jpeg, marker, at)) {
        const auto high = static_cast<unsigned char>(jpeg[at + 2]);
        const auto low = static_cast<unsigned char>(jpeg[at + 3]);
        if (jpeg.compare(at + 4, first_bytes.size(), first_bytes) == 0) {
            jpeg.erase(at, 2u + high * 256u + low);
        } else {
            at += 2;
        }
    }
    return jpeg;
}

// Baseline and progressive files with and without restarts, also of libjpeg.
std::vector<ByteString> files() {
    std::vector<ByteString> all = {picture_data("baseline.jpg"), picture_data("progressive.jpg"),
                                   picture_data("half_colour.jpg")};
    for (const bool progressive : {false, true}) {
        for (const int restart_interval : {0, 1, 4}) {
            JpegOptions options = blocks();
            options.progressive = progressive;
            options.restart_interval = restart_interval;
            options.others = kNeutral;
            all.push_back(make_jpeg(options));
        }
    }
    return all;
}

// What no block owns: FF 00, fill bytes, zeros, restart markers, TEM.
const ByteString kNothings[] = {ByteString("\xff\0", 2),
                                ByteString("\xff\0\xff\0\xff\0", 6),
                                "\xff\xff\xff",
                                ByteString("\0\0\0\0\0", 5),
                                ByteString("\xff\xff\0", 3),
                                "\xff\xd0",
                                "\xff\xd3\xff\xd4",
                                "\xff\x01",
                                ByteString("\xff\0\xff\xd7\0", 5)};

}  // namespace

TEST_CASE("jpeg: without Huffman tables the standard's hold, as webcams expect") {
    for (const std::vector<int>& others : {std::vector<int>{}, {128, 128}, {90, 180}, {1, 255}}) {
        JpegOptions options = blocks();
        options.others = others;
        const ByteString with_tables = make_jpeg(options);
        options.standard_tables = true;
        check_same(make_jpeg(options), with_tables);
    }
    for (const char* name : {"baseline.jpg", "half_colour.jpg", "grey.jpg"}) {
        CAPTURE(name);
        const ByteString jpeg = picture_data(name);  // written with the standard's tables
        check_same(without_segments(jpeg, 0xc4), jpeg);
        for (const char* number : {"\x10", "\x01", "\x11"}) {
            CAPTURE(int{number[0]});
            check_same(without_segments(jpeg, 0xc4, number), jpeg);
        }
    }
}

TEST_CASE("jpeg: between segments, and before the end, stands what no one owns") {
    for (const ByteString& jpeg : files()) {
        for (const ByteString& nothing : kNothings) {
            CAPTURE(nothing.size());
            CAPTURE(static_cast<int>(nothing[1]));
            check_same(with(jpeg, jpeg.size() - 2, nothing), jpeg);
            check_same(with(jpeg, 2, nothing), jpeg);
            for (const int marker : {0xdb, 0xda})
                check_same(with(jpeg, find_marker(jpeg, marker), nothing), jpeg);
            check_same(with(jpeg, jpeg.rfind("\xff\xda"), nothing), jpeg);
        }
    }
}

TEST_CASE("jpeg: up to 64 bytes before a restart marker align what follows, more stand for lost blocks") {
    for (const bool progressive : {false, true}) {
        JpegOptions options = blocks();
        options.progressive = progressive;
        options.restart_interval = 4;
        const ByteString jpeg = make_jpeg(options);
        for (const char byte : {'\0', '\x55', '\x7f'}) {
            for (const std::size_t count : {1u, 2u, 3u, 4u, 9u, 64u, 65u}) {
                CAPTURE(count);
                ByteString padded = jpeg;
                for (int number = 0; number < 3; ++number) {
                    for (std::size_t at = find_marker(padded, 0xd0 + number); at != ByteString::npos;
                         at = find_marker(padded, 0xd0 + number, at + count + 2)) {
                        padded.insert(at, count, byte);
                    }
                }
                REQUIRE(padded.size() > jpeg.size());
                if (count > 64) {
                    check_picture_refused(padded, StatusCode::malformed, "restart marker missing in row");
                } else {
                    check_same(padded, jpeg);
                }
            }
        }
        check_same(with(jpeg, find_marker(jpeg, 0xd1), ByteString("\xff\0\xff\0", 4)), jpeg);
    }
}

TEST_CASE("jpeg: FF FF 00 in the picture data is FF 00") {
    ByteString jpeg = picture_data("baseline.jpg");
    const ByteString original = jpeg;
    std::size_t filled = 0;
    for (std::size_t at = jpeg.find(ByteString("\xff\0", 2), find_marker(jpeg, 0xda) + 14);
         at != ByteString::npos; at = jpeg.find(ByteString("\xff\0", 2), at + 3), ++filled) {
        jpeg.insert(at, 1, '\xff');
    }
    REQUIRE(filled > 0);
    check_same(jpeg, original);
}

TEST_CASE("jpeg: the parameters of a sequential scan are not looked at") {
    for (const char* name : {"baseline.jpg", "grey.jpg"}) {
        CAPTURE(name);
        const ByteString jpeg = picture_data(name);
        const std::size_t sos = find_marker(jpeg, 0xda);
        const std::size_t parameters = sos + 5 + 2 * static_cast<std::size_t>(jpeg[sos + 4]);
        for (const char* values :
             {"\x00\x3f\x11", "\x00\x00\x00", "\x01\x3f\x00", "\x3f\x01\x22", "\xff\xff\xff"}) {
            ByteString set = jpeg;
            check_same(set.replace(parameters, 3, ByteString(values, 3)), jpeg);
        }
    }
}

TEST_CASE("jpeg: a DNL segment repeats a height that is known") {
    for (const ByteString& jpeg : files()) {
        const Image image = decoded(jpeg);
        const ByteString height = {static_cast<char>(image.height >> 8), static_cast<char>(image.height)};
        check_same(with(jpeg, jpeg.size() - 2, jpeg_segment(0xdc, height)), jpeg);
    }
}

TEST_CASE("jpeg: CMYK and YCCK are read as Adobe stores them, 255 for no ink") {
    for (const bool progressive : {false, true}) {
        for (const bool interleaved : {false, true}) {
            JpegOptions options = blocks();
            options.progressive = progressive;
            options.interleaved = interleaved;
            options.others = {200, 80, 204};  // magenta, yellow, black
            const auto check = [&](int transform, const Pixel& (*expected)(int)) {
                CAPTURE(transform);
                options.adobe_transform = transform;
                const Image image = decoded(make_jpeg(options));
                for (int x = 0; x < 40; ++x) {
                    const Pixel found = pixel(image, x, 0);
                    const Pixel wanted = expected(10 * (x / 8 + 1));
                    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(found[c] - wanted[c]) <= 1);
                }
            };
            static Pixel wanted;
            const auto cmyk = [](int cyan) -> const Pixel& {
                wanted = {80 * 204 / 255, 200 * 204 / 255, cyan * 204 / 255};
                return wanted;
            };
            check(0, cmyk);
            check(-1, cmyk);
        }
    }
    // The picture is grey, and so without colour in YCC: 255 minus it is each ink, times black.
    JpegOptions options = blocks();
    options.others = {128, 128, 204};
    for (const int transform : {1, 2}) {  // 1 is none for four components, and taken for 2
        options.adobe_transform = transform;
        const Image image = decoded(make_jpeg(options));
        for (int x = 0; x < 40; x += 8) {
            for (const int sample : pixel(image, x, 0)) {
                CHECK(std::abs(sample - (255 - 10 * (x / 8 + 1)) * 204 / 255) <= 1);
            }
        }
    }
    // The same inks as a file of libjpeg has them.
    const Image real = decoded(picture_data("cmyk.jpg"));
    REQUIRE(real.width == 37);
    for (int y = 0; y < real.height; ++y) {
        for (int x = 0; x < real.width; ++x) {
            const Pixel expected = {3 * (x + y), 8 * y, 6 * x};
            for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(pixel(real, x, y)[c] - expected[c]) <= 16);
        }
    }
}

TEST_CASE("jpeg: the colour space is JFIF's, Adobe's, or what the components' names say, in this order") {
    JpegOptions options = blocks();
    options.others = {90, 180};
    const Image ycc = decoded(make_jpeg(options));
    const ByteString jfif = jpeg_segment(0xe0, ByteString("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
    options.adobe_transform = 0;
    const ByteString rgb = make_jpeg(options);
    CHECK(pixel(decoded(rgb), 0, 0) == Pixel{180, 90, 10});
    CHECK((decoded(with(rgb, 2, jfif)).pixels == ycc.pixels));
    options.adobe_transform = 1;
    CHECK((decoded(make_jpeg(options)).pixels == ycc.pixels));
    options.adobe_transform = -1;
    ByteString named = make_jpeg(options);
    const std::size_t frame = find_marker(named, 0xc0) + 10;
    const std::size_t sos = find_marker(named, 0xda) + 5;
    for (std::size_t i = 0; i < 3; ++i) named[frame + 3 * i] = named[sos + 2 * i] = "RGB"[i];
    CHECK(pixel(decoded(named), 0, 0) == Pixel{180, 90, 10});
    CHECK((decoded(with(named, 2, jfif)).pixels == ycc.pixels));
}
