#include "tools/video/picture_end.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

using tools::PictureEnd;

namespace {

constexpr std::int64_t kMaxPixels = 1'000'000;

std::optional<std::size_t> end_in(PictureEnd& end, std::string_view bytes, bool is_all = false) {
    const auto found = end.find(span_of(bytes), is_all);
    REQUIRE_MESSAGE(found.ok(), found.status().message());
    return found.value();
}

// The picture ends where it does, whatever follows and however it comes in.
void check_end(const ByteString& picture) {
    const std::string_view whole(picture.data(), picture.size());
    for (const std::string& behind : {std::string(), picture, std::string("P6\n1 1\n255\nabc")}) {
        const std::string stream = std::string(whole) + behind;
        PictureEnd at_once(kMaxPixels);
        CHECK(end_in(at_once, stream, true) == whole.size());
    }
    const std::string stream = std::string(whole) + "P5 1 1 255 x";
    PictureEnd in_bytes(kMaxPixels);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        if (end_in(in_bytes, std::string_view(stream).substr(0, size))) {
            CAPTURE(size);
            FAIL("an end before the end");
        }
    }
    // The first byte behind it shows the end of a text.
    CHECK(end_in(in_bytes, std::string_view(stream).substr(0, whole.size() + 1)) == whole.size());
}

}  // namespace

TEST_CASE("picture end: JPEGs of every arrangement, with a JPEG inside, and fill bytes") {
    for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg", "half_colour.jpg", "cmyk.jpg"})
        check_end(picture_data(name));
    JpegOptions options;
    options.width = options.height = 40;
    options.others = kNeutral;
    options.restart_interval = 2;
    options.interleaved = false;
    const ByteString plain = make_jpeg(options);
    check_end(plain);
    // A thumbnail of EXIF's is part of the picture, and a marker may have fill bytes before it.
    options.exif = plain;
    ByteString jpeg = make_jpeg(options);
    jpeg.insert(2, "\xff\xff");
    check_end(jpeg);
}

TEST_CASE("picture end: PNG and every kind of PNM") {
    check_end(picture_data("rgb.png"));
    check_end(make_png({}, zlib_stored(std::string("\0abc", 4))));
    using namespace std::string_literals;
    check_end("P6\n2 1\n255\n123456"s);
    check_end("P5 # P6 comment\n3 2 65535\n123456789012"s);
    check_end("P4\n9 2\n1234"s);
    check_end("P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n12345678"s);
    check_end("P3\n# P is no picture\n1 1 255\n1 2 3\n"s);
    check_end("P1\n2 2 1001"s);
}

TEST_CASE("picture end: a JPEG that was cut ends where the next begins, a damaged one with its marker") {
    const ByteString whole = picture_data("baseline.jpg");
    const std::size_t cut = whole.size() - 20;
    PictureEnd end(kMaxPixels);
    CHECK(end_in(end, whole.substr(0, cut) + whole, false) == cut);
    ByteString damaged = whole;
    damaged[2] = 'x';  // where a marker should be
    PictureEnd other(kMaxPixels);
    CHECK(end_in(other, damaged + whole, false) == whole.size());
}

TEST_CASE("picture end: what is cut, and a BMP, ends with the stream") {
    const ByteString jpeg = picture_data("baseline.jpg"), png = picture_data("rgb.png");
    for (const std::string& cut :
         {jpeg.substr(0, 30), png.substr(0, 30), std::string("P6\n2 1\n255\n123"),
          // A chunk that goes on for four GiB: a sum of 32 bits would come back to it.
          std::string(kPngSignature) + "\xff\xff\xff\xf4IHDR and what follows",
          std::string("BM and whatever follows")}) {
        PictureEnd end(kMaxPixels);
        CHECK_FALSE(end_in(end, cut, false));
        CHECK(end_in(end, cut, true) == cut.size());
    }
}

TEST_CASE("picture end: what is no picture is refused, at the stream's end or once 64 KiB are there") {
    const auto check = [](const std::string& bytes, bool is_all, StatusCode code, std::string_view words) {
        PictureEnd end(kMaxPixels);
        check_refused(end.find(span_of(bytes), is_all).status(), code, {words});
    };
    PictureEnd waiting(kMaxPixels);
    CHECK_FALSE(end_in(waiting, "GIF89a", false));
    check("GIF89a", true, StatusCode::unsupported, "a GIF picture");
    check(std::string(1 << 16, '\0'), false, StatusCode::malformed, "not a picture");
    check("P6\n1 x", true, StatusCode::malformed, "damaged PNM header");
    check("P6\n1 x" + std::string(1 << 16, 'x'), false, StatusCode::malformed, "damaged PNM header");
    check("P6\n1001 1000\n255\n", false, StatusCode::limit_exceeded, "too large");
    check("P6\n1 1\n99999\n", true, StatusCode::malformed, "maximum");
}

TEST_CASE("find_jpeg: the beginning of one, or what cannot be part of one") {
    const auto at = [](std::string_view bytes) { return tools::find_jpeg(span_of(bytes)); };
    CHECK(at("ab\xff\xd8\xff") == 2);
    CHECK(at("\xff\xd8\xff") == 0);
    CHECK(at("abc") == 3);
    CHECK(at("abc\xff") == 3);
    CHECK(at("abc\xff\xd8") == 3);
    CHECK(at("abc\xff\xd9") == 5);
    CHECK(at("") == 0);
}

}  // namespace featherface::test
