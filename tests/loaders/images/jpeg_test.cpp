// JPEG: every arrangement of scans is read, upright; whatever is incomplete, inconsistent or foreign is
// refused. What cameras do besides the book and without harm is in jpeg_camera_test.cpp.
#include "loaders/images/jpeg.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

#include "loaders/crc32.hpp"
#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

// Distinct levels for up to 24 blocks, of both signs around the middle.
int level(int x, int y) {
    return 10 * (x + 1) + 60 * y;
}

// 40 x 24 pixels, 5 x 3 blocks.
JpegOptions five_by_three() {
    JpegOptions options;
    options.width = 40;
    options.height = 24;
    options.grey = level;
    return options;
}

void check_levels(const Image& image) {
    REQUIRE(image.width == 40);
    REQUIRE(image.height == 24);
    for (int y = 0; y < 24; ++y) {
        for (int x = 0; x < 40; ++x) {
            CAPTURE(x);
            CAPTURE(y);
            REQUIRE(pixel(image, x, y) == grey(level(x / 8, y / 8)));
        }
    }
}

ByteString replaced(ByteString bytes, std::size_t at, const ByteString& by) {
    REQUIRE(at + by.size() <= bytes.size());
    return bytes.replace(at, by.size(), by);
}

// Offsets in make_jpeg()'s files.
std::size_t frame_at(const ByteString& jpeg) {
    const std::size_t at = find_marker(jpeg, 0xc0);
    return at == ByteString::npos ? find_marker(jpeg, 0xc2) : at;
}
constexpr std::size_t kPrecision = 4, kHeight = 5, kCount = 9, kSampling = 11;  // from the frame's marker

}  // namespace

TEST_CASE("jpeg: files of libjpeg show the picture that was put in") {
    for (const char* name :
         {"baseline.jpg", "progressive.jpg", "full_colour.jpg", "half_colour.jpg", "grey.jpg"}) {
        CAPTURE(name);
        const Image image = decoded(picture_data(name));
        REQUIRE(image.width == 37);
        REQUIRE(image.height == 29);
        for (int y = 0; y < image.height; ++y) {
            for (int x = 0; x < image.width; ++x) {
                Pixel expected = {3 * (x + y), 8 * y, 6 * x};
                if (std::string(name) == "grey.jpg") {
                    expected = grey((299 * expected[2] + 587 * expected[1] + 114 * expected[0] + 500) / 1000);
                }
                for (std::size_t c = 0; c < 3; ++c) {
                    CHECK(std::abs(pixel(image, x, y)[c] - expected[c]) <= 12);
                }
            }
        }
    }
}

TEST_CASE("jpeg: every bit of the pixels is as stb_image 2.27 has it, but for a slip of it") {
    const std::pair<const char*, std::uint32_t> expected[] = {
        {"baseline.jpg", 0x05670c90},
        {"progressive.jpg", 0x05670c90},
        {"full_colour.jpg", 0xc5223520},
        {"grey.jpg", 0xab16eb1d},
        {"cmyk.jpg", 0xc3f5d52b},
        // stb_image takes the wrong one of two samples for the last column but one; this is without that.
        {"half_colour.jpg", 0xed293f10},
    };
    for (const auto& picture : expected) {
        CAPTURE(picture.first);
        const Image image = decoded(picture_data(picture.first));
        CHECK(loaders::crc32(std::as_bytes(std::span(image.pixels))) == picture.second);
    }
}

TEST_CASE("jpeg: a progressive file gives the pixels of the baseline file of the same coefficients") {
    CHECK((decoded(picture_data("progressive.jpg")).pixels == decoded(picture_data("baseline.jpg")).pixels));
}

TEST_CASE("jpeg: grey and colour, interleaved or not, baseline or progressive, with and without restarts") {
    for (const bool colour : {false, true}) {
        for (const int sampling : {1, 2}) {
            for (const bool interleaved : {true, false}) {
                for (const bool progressive : {false, true}) {
                    for (const int restart_interval : {0, 1, 4}) {
                        JpegOptions options = five_by_three();
                        if (colour) options.others = kNeutral;
                        options.sampling = sampling;
                        options.interleaved = interleaved;
                        options.progressive = progressive;
                        options.restart_interval = restart_interval;
                        CAPTURE(colour);
                        CAPTURE(sampling);
                        CAPTURE(interleaved);
                        CAPTURE(progressive);
                        CAPTURE(restart_interval);
                        check_levels(decoded(make_jpeg(options)));
                    }
                }
            }
        }
    }
}

TEST_CASE("jpeg: 1 x 1, 1 x 10000 and 10000 x 1 are read") {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 10000}, {10000, 1}}) {
        for (const bool progressive : {false, true}) {
            JpegOptions options;
            options.width = width;
            options.height = height;
            options.progressive = progressive;
            options.grey = [](int x, int y) { return (x + y) % 200; };
            const Image image = decoded(make_jpeg(options));
            CHECK(image.width == width);
            CHECK(image.height == height);
            CHECK(pixel(image, width - 1, height - 1) == grey((width + height - 2) / 8 % 200));
        }
    }
}

TEST_CASE("jpeg: a file cut anywhere is refused as malformed") {
    for (const bool progressive : {false, true}) {
        for (const int restart_interval : {0, 4}) {
            JpegOptions options = five_by_three();
            options.others = kNeutral;
            options.sampling = 2;
            options.progressive = progressive;
            options.restart_interval = restart_interval;
            const ByteString whole = make_jpeg(options);
            REQUIRE(decode(whole).ok());
            for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
                CAPTURE(size);
                const auto result = decode(whole.substr(0, size));
                CHECK_FALSE(result.ok());
                CHECK(result.status().code() == StatusCode::malformed);
            }
        }
    }
    const ByteString real = picture_data("baseline.jpg");
    const ByteString progressive = picture_data("progressive.jpg");
    check_picture_refused(progressive.substr(0, progressive.rfind("\xff\xda")), StatusCode::malformed,
                          "cut short: no end-of-image marker");
    check_picture_refused(real.substr(0, real.size() - 60), StatusCode::malformed,
                          "the picture data ends early");
    check_picture_refused(real.substr(0, 100), StatusCode::malformed, "cut short in segment FF db");
}

TEST_CASE(
    "jpeg: without an end-of-image marker a file is whole when every bit of its coefficients has come") {
    for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg"}) {
        CAPTURE(name);
        const ByteString whole = picture_data(name);
        for (const std::size_t missing : {1u, 2u}) {
            CHECK((decoded(whole.substr(0, whole.size() - missing)).pixels == decoded(whole).pixels));
        }
    }
}

TEST_CASE("jpeg: a file cut in its picture data is refused also when an end-of-image marker was put behind") {
    for (const char* name : {"baseline.jpg", "full_colour.jpg", "grey.jpg"}) {
        CAPTURE(name);
        const ByteString whole = picture_data(name);
        const std::size_t data = find_marker(whole, 0xda) + 20;
        for (std::size_t size = data; size < whole.size() - 3; ++size) {
            CAPTURE(size);
            check_picture_refused(whole.substr(0, size) + "\xff\xd9", StatusCode::malformed, "row");
        }
    }
    // A progressive file may leave out refinements, but not break off within a scan or before every component
    // came.
    const ByteString progressive = picture_data("progressive.jpg");
    const std::size_t first_data = find_marker(progressive, 0xda) + 14;
    check_picture_refused(progressive.substr(0, first_data + 10) + "\xff\xd9", StatusCode::malformed,
                          "ends early");
    JpegOptions options = five_by_three();
    options.others = kNeutral;
    options.interleaved = false;
    const ByteString three_scans = make_jpeg(options);
    const std::size_t second = find_marker(three_scans, 0xda, find_marker(three_scans, 0xda) + 2);
    check_picture_refused(three_scans.substr(0, second) + "\xff\xd9", StatusCode::malformed,
                          "no data for component 2");
}

TEST_CASE("jpeg: a missing, renumbered or early restart marker is refused") {
    JpegOptions options = five_by_three();
    options.restart_interval = 4;
    const ByteString whole = make_jpeg(options);
    const std::size_t restart = find_marker(whole, 0xd0);
    REQUIRE(restart != ByteString::npos);
    check_picture_refused(replaced(whole, restart + 1, "\xd3"), StatusCode::malformed,
                          "restart marker missing in row 1 of 3");
    check_picture_refused(ByteString(whole).erase(restart, 2), StatusCode::malformed,
                          "restart marker missing");
    check_picture_refused(ByteString(whole).erase(restart - 1, 1), StatusCode::malformed,
                          "the picture data ends early");
    ByteString filled = whole;
    filled.insert(restart, "\xff\xff");  // fill bytes before a marker are allowed
    check_levels(decoded(filled));
}

TEST_CASE("jpeg: what follows the end of the image, and padding before a marker, are ignored") {
    ByteString jpeg = make_jpeg(five_by_three());
    jpeg.insert(jpeg.size() - 2, ByteString(5, '\0'));
    check_levels(decoded(jpeg + "trailing bytes \xff\xd8"));
}

TEST_CASE("jpeg: orientations 1 to 8, in both byte orders, come out upright") {
    // Stored: the block at (x, y) of 3 x 2 is 40 + 10 * (3 * y + x). Shown: rows of the upright picture.
    const std::vector<std::vector<int>> upright[] = {
        {{40, 50, 60}, {70, 80, 90}},    // 1
        {{60, 50, 40}, {90, 80, 70}},    // 2: mirrored left to right
        {{90, 80, 70}, {60, 50, 40}},    // 3: turned by 180 degrees
        {{70, 80, 90}, {40, 50, 60}},    // 4: mirrored top to bottom
        {{40, 70}, {50, 80}, {60, 90}},  // 5: mirrored along the diagonal
        {{70, 40}, {80, 50}, {90, 60}},  // 6: to be turned clockwise
        {{90, 60}, {80, 50}, {70, 40}},  // 7: mirrored along the other diagonal
        {{60, 90}, {50, 80}, {40, 70}},  // 8: to be turned counterclockwise
    };
    for (int orientation = 1; orientation <= 8; ++orientation) {
        for (const bool big_endian : {false, true}) {
            CAPTURE(orientation);
            CAPTURE(big_endian);
            JpegOptions options;
            options.width = 24;
            options.height = 16;
            options.grey = [](int x, int y) { return 40 + 10 * (3 * y + x); };
            options.exif = exif_segment(orientation, big_endian);
            const Image image = decoded(make_jpeg(options));
            const auto& expected = upright[orientation - 1];
            REQUIRE(image.width == 8 * static_cast<int>(expected[0].size()));
            REQUIRE(image.height == 8 * static_cast<int>(expected.size()));
            for (int y = 0; y < image.height; ++y) {
                for (int x = 0; x < image.width; ++x) {
                    CHECK(pixel(image, x, y) ==
                          grey(expected[static_cast<std::size_t>(y / 8)][static_cast<std::size_t>(x / 8)]));
                }
            }
        }
    }
}

TEST_CASE("jpeg: damaged EXIF leaves the picture as stored") {
    const ByteString good = exif_segment(6);
    std::vector<ByteString> damaged = {ByteString("Exif\0\0", 6)};
    for (std::size_t size = 6; size < 6 + 8 + 2 + 24; ++size) damaged.push_back(good.substr(0, size));
    for (const int orientation : {0, 9, 65535}) damaged.push_back(exif_segment(orientation));
    damaged.push_back(replaced(good, 6, "XX"));                                    // byte order
    damaged.push_back(replaced(good, 8, ByteString("\x2b", 1)));                   // not 42
    damaged.push_back(replaced(good, 10, ByteString("\xff\xff\xff\x7f", 4)));      // directory outside
    damaged.push_back(replaced(good, 10, ByteString("\0\0\0\0", 4)));              // directory in the header
    damaged.push_back(replaced(good, 6 + 8 + 2 + 12 + 2, ByteString("\x02", 1)));  // text, not SHORT
    damaged.push_back(replaced(good, 6 + 8 + 2 + 12 + 4, ByteString("\0", 1)));    // no value
    const ByteString many = exif_segment(6, false, 4, 2);
    damaged.push_back(
        replaced(many, 6 + 8 + 2 + 12 + 8, ByteString("\xff\xff\xff\x7f", 4)));  // values outside
    damaged.push_back(many.substr(0, many.size() - 5));                          // cut in the first
    JpegOptions options = five_by_three();
    for (const ByteString& exif : damaged) {
        CAPTURE(exif.size());
        options.exif = exif;
        check_levels(decoded(make_jpeg(options)));
    }
    // The count of entries is far beyond the block: those that are there still count.
    options.exif = replaced(good, 6 + 8, ByteString("\xff\xff", 2));
    CHECK(decoded(make_jpeg(options)).width == 24);
}

TEST_CASE("jpeg: too many pixels are refused from the frame header alone") {
    ByteString header = make_jpeg(five_by_three());
    header =
        header.substr(0, frame_at(header) + kHeight) + ByteString("\x4e\x20\x4e\x20", 4) + "\x01\x01\x11";
    header += ByteString(1, '\0');
    check_picture_refused(header, StatusCode::limit_exceeded, "20000 x 20000 pixels is too large");
    ImageReadOptions limit;
    limit.max_pixels = 40 * 24 - 1;
    CHECK(decode(make_jpeg(five_by_three()), limit).status().code() == StatusCode::limit_exceeded);
    limit.max_pixels = 40 * 24;
    CHECK(decode(make_jpeg(five_by_three()), limit).ok());
}

TEST_CASE("jpeg: arithmetic coding and other kinds no one here reads are named") {
    const ByteString jpeg = make_jpeg(five_by_three());
    const std::size_t frame = frame_at(jpeg);
    for (const char marker : {'\xc9', '\xca', '\xcb', '\xcd', '\xce', '\xcf'}) {
        check_picture_refused(replaced(jpeg, frame + 1, {marker}), StatusCode::unsupported,
                              "arithmetic coding; convert it without loss: jpegtran");
    }
    check_picture_refused(replaced(jpeg, frame + 1, "\xc3"), StatusCode::unsupported, "a lossless JPEG");
    check_picture_refused(replaced(jpeg, frame + 1, "\xc5"), StatusCode::unsupported, "a hierarchical JPEG");
    check_picture_refused(replaced(jpeg, frame + kPrecision, "\x0c"), StatusCode::unsupported,
                          "12 bits per sample");
    check_picture_refused(replaced(jpeg, frame + kHeight, ByteString(2, '\0')), StatusCode::unsupported,
                          "height after the picture");
    ByteString two = jpeg;
    two.replace(frame + 2, 2, ByteString("\0\x0e", 2)).replace(frame + kCount, 1, "\x02");
    two.insert(frame + kCount + 4, ByteString("\x02\x11\0", 3));
    check_picture_refused(two, StatusCode::unsupported, "2 components");
    JpegOptions options = five_by_three();
    options.others = kNeutral;
    options.sampling = 3;
    const ByteString three = make_jpeg(options);
    check_picture_refused(replaced(three, frame_at(three) + kSampling + 3, "\x21"), StatusCode::unsupported,
                          "fractional colour subsampling");
}

TEST_CASE("jpeg: tables that are missing, too large or impossible are refused") {
    const ByteString jpeg = make_jpeg(five_by_three());
    const std::size_t dqt = find_marker(jpeg, 0xdb);
    const std::size_t dht = find_marker(jpeg, 0xc4);
    const std::size_t sos = find_marker(jpeg, 0xda);
    const std::size_t frame = frame_at(jpeg);
    const auto comment = [&](std::size_t at) { return replaced(jpeg, at + 1, "\xfe"); };
    check_picture_refused(comment(dqt), StatusCode::malformed, "without its quantization table");
    // The standard's tables stand in for numbers 0 and 1 only, and have no codes for progressive scans.
    check_picture_refused(replaced(jpeg, sos + 6, "\x20"), StatusCode::malformed,
                          "without its Huffman table");
    check_picture_refused(replaced(jpeg, sos + 6, "\x03"), StatusCode::malformed,
                          "without its Huffman table");
    JpegOptions progressive = five_by_three();
    progressive.progressive = true;
    const ByteString scans = make_jpeg(progressive);
    check_picture_refused(replaced(scans, find_marker(scans, 0xc4) + 1, "\xfe"), StatusCode::malformed,
                          "without its Huffman table");
    check_picture_refused(comment(frame), StatusCode::malformed, "a scan before the frame header");
    check_picture_refused(replaced(jpeg, dqt + 4, "\x05"), StatusCode::malformed,
                          "quantization table of unknown");
    check_picture_refused(replaced(jpeg, dqt + 4, "\x10"), StatusCode::malformed,
                          "quantization table cut short");
    check_picture_refused(replaced(jpeg, dht + 4, "\x25"), StatusCode::malformed, "Huffman table of unknown");
    check_picture_refused(replaced(jpeg, dht + 5, "\x03"), StatusCode::malformed, "Huffman table cut short");
    check_picture_refused(replaced(jpeg, dht + 5, ByteString(16, '\xff')), StatusCode::malformed,
                          "over 256 codes");
    // 12 codes of 4 bits become 12 codes of 3.
    check_picture_refused(replaced(jpeg, dht + 7, ByteString("\x0c\0", 2)), StatusCode::malformed,
                          "more codes than their lengths allow");
    check_picture_refused(replaced(jpeg, frame + kSampling, ByteString("\0", 1)), StatusCode::malformed,
                          "sampling factor");
    check_picture_refused(replaced(jpeg, frame + kSampling + 1, "\x04"), StatusCode::malformed,
                          "quantization table outside");
    check_picture_refused(replaced(jpeg, sos + 5, "\x07"), StatusCode::malformed, "does not name");
    check_picture_refused(replaced(jpeg, sos + 6, "\x44"), StatusCode::malformed, "Huffman table outside");
    check_picture_refused(replaced(jpeg, sos + 4, "\x02"), StatusCode::malformed,
                          "scan header of wrong length");
    check_picture_refused(replaced(jpeg, frame + kCount, "\x03"), StatusCode::malformed,
                          "frame header of wrong length");
}

TEST_CASE("jpeg: impossible orders of scans and segments are refused") {
    const ByteString jpeg = make_jpeg(five_by_three());
    const std::size_t frame = frame_at(jpeg);
    const std::size_t sos = find_marker(jpeg, 0xda);
    const ByteString end = "\xff\xd9";
    const ByteString scan = jpeg.substr(sos, jpeg.size() - 2 - sos);
    check_picture_refused(jpeg.substr(0, jpeg.size() - 2) + scan + end, StatusCode::malformed,
                          "a component scanned twice");
    check_picture_refused(jpeg.substr(0, sos) + end, StatusCode::malformed, "no data for component 1");
    check_picture_refused(jpeg.substr(0, frame) + end, StatusCode::malformed, "no frame header");
    check_picture_refused(jpeg.substr(0, sos) + jpeg.substr(frame), StatusCode::malformed,
                          "a second frame header");
    check_picture_refused(jpeg.substr(0, sos) + "\xff\xd8" + jpeg.substr(sos), StatusCode::malformed,
                          "marker FF d8 out of place");
    check_picture_refused(jpeg.substr(0, sos) + "\xff\xf3" + ByteString("\0\2", 2) + jpeg.substr(sos),
                          StatusCode::unsupported, "unknown marker FF f3");
    check_picture_refused(jpeg.substr(0, sos) + "\xff\xe5" + ByteString("\0\1", 2) + jpeg.substr(sos),
                          StatusCode::malformed, "segment FF e5 of impossible length");

    JpegOptions options = five_by_three();
    options.progressive = true;
    const ByteString progressive = make_jpeg(options);
    const std::size_t dc = find_marker(progressive, 0xda);
    const std::size_t refine = find_marker(progressive, 0xda, dc + 2);
    check_picture_refused(ByteString(progressive).erase(dc, refine - dc), StatusCode::malformed,
                          "refines what was never sent");
    check_picture_refused(replaced(progressive, dc + 8, "\x05"), StatusCode::malformed,
                          "impossible range of coefficients");
}

TEST_CASE("jpeg: hundreds of scans are refused, however short they are") {
    JpegOptions options = five_by_three();
    options.progressive = true;
    const ByteString jpeg = make_jpeg(options);
    const std::size_t ac = jpeg.rfind("\xff\xda");
    const ByteString scan = jpeg.substr(ac, jpeg.size() - 2 - ac);
    ByteString many = jpeg.substr(0, ac);
    for (int i = 0; i < 198; ++i) many += scan;
    check_levels(decoded(many + "\xff\xd9"));
    many += scan;
    check_picture_refused(many + "\xff\xd9", StatusCode::limit_exceeded, "over 200 scans");
}

TEST_CASE("jpeg: scans that say next to nothing about many blocks are refused after a number of passes") {
    JpegOptions options;
    options.width = 2048;
    options.height = 2048;
    options.progressive = true;
    const ByteString jpeg = make_jpeg(options);
    const std::size_t ac = jpeg.rfind("\xff\xda");
    const ByteString scan = jpeg.substr(ac, jpeg.size() - 2 - ac);
    REQUIRE(scan.size() < 64);  // for 65,536 blocks
    ByteString many = jpeg.substr(0, ac);
    for (int i = 0; i < 20; ++i) many += scan;
    CHECK(decode(many + "\xff\xd9").ok());
    for (int i = 0; i < 150; ++i) many += scan;
    check_picture_refused(many + "\xff\xd9", StatusCode::limit_exceeded, "whose scans say next to nothing");
}

TEST_CASE("jpeg: bits that are no code are refused with the row they are in") {
    ByteString jpeg = make_jpeg(five_by_three());
    const std::size_t data = find_marker(jpeg, 0xda) + 10;
    const std::size_t end = jpeg.size() - 2;
    for (std::size_t at = data; at < end; ++at) jpeg[at] = '\xee';  // no DC code begins 111
    check_picture_refused(jpeg, StatusCode::malformed, "invalid data in row 1 of 3");
}
