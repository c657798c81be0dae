// A picture's file is read no further than its header promises, in every format.
#include "loaders/images/picture_allowance.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "featherface/image_file.hpp"
#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/peak_memory.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"
#include "support/sanitized.hpp"

using namespace featherface;
using namespace featherface::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBesides = std::uint64_t{16} << 20;

// A small picture of each format, of 8 x 4 pixels or as many as it has.
std::vector<std::pair<const char*, ByteString>> small_pictures() {
    JpegOptions jpeg;
    jpeg.width = 8;
    jpeg.height = 4;
    const ByteString bmp =
        ByteString("BM\x56\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x08\0\0\0\x04\0\0\0\1\0\x18\0", 30) +
        ByteString(24, '\0') + ByteString(96, 'x');
    return {{"jpeg", make_jpeg(jpeg)},
            {"png", make_png({.width = 8, .height = 4}, zlib_stored(ByteString(4 * 25, '\0')))},
            {"bmp", bmp},
            {"pnm", "P6 8 4 255\n" + ByteString(96, 'x')},
            {"pam", "P7\nWIDTH 8\nHEIGHT 4\nDEPTH 3\nMAXVAL 255\nENDHDR\n" + ByteString(96, 'x')}};
}

}  // namespace

TEST_CASE("picture allowance: 24 bytes for each pixel that the header promises, and 16 MiB") {
    for (const auto& [format, file] : small_pictures()) {
        const char* const name = format;  // a binding cannot be captured
        CAPTURE(name);
        check_written(decoded(file));
        const auto allowed = loaders::allowed_picture({span_of(file), {}}, 100);
        REQUIRE_MESSAGE(allowed.ok(), allowed.status().message());
        CHECK(allowed.value() == 8 * 4 * 24 + kBesides);
        CHECK(loaders::allowed_picture({span_of(file), {}}, 31).status().code() ==
              StatusCode::limit_exceeded);
    }
    CHECK(loaders::allowed_picture({span_of("GIF89a"), {}}, 100).status().code() == StatusCode::unsupported);
    // Large cameras' pictures have their frame header far behind.
    const ByteString late = "\xff\xd8" + ByteString("\xff\xe2\xff\xff") + ByteString(65533, 'x');
    CHECK(loaders::allowed_picture({span_of(late), {}}, 100).value() == kBesides);
}

TEST_CASE("picture allowance: a padded picture costs no memory, a little behind it does no harm") {
    const TempDir dir;
    for (const auto& [format, file] : small_pictures()) {
        const char* const name = format;  // a binding cannot be captured
        CAPTURE(name);
        const std::string path = dir / name;
        write_file(path, file);
        fs::resize_file(path, file.size() + (std::size_t{1} << 20));
        const auto read = read_image(path);
        CHECK_MESSAGE(read.ok(), read.status().message());
        fs::resize_file(path, std::size_t{2} << 30);
        check_refused(read_image(path).status(), StatusCode::limit_exceeded,
                      {path, "more bytes than the headers account for", "2147483648"});
        if (kSanitized) continue;
        CHECK(peak_memory([&] { static_cast<void>(read_image(path)); }) < std::size_t{24} << 20);
    }
}

TEST_CASE("picture allowance: too many pixels are refused by the header of the largest file") {
    const TempDir dir;
    const std::string path = dir / "large.pgm";
    write_file(path, "P5 40000 40000 255\n");
    fs::resize_file(path, std::size_t{1600} << 20);
    check_refused(read_image(path).status(), StatusCode::limit_exceeded,
                  {path, "40000 x 40000", "100000000"});
    if (!kSanitized) CHECK(peak_memory([&] { static_cast<void>(read_image(path)); }) < std::size_t{4} << 20);
}

TEST_CASE("promised pixels: as many as are decoded, for every format") {
    constexpr std::int64_t kMost = 10'000'000;
    for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg", "half_colour.jpg", "rgb.png",
                             "rgba.png", "palette.png"}) {
        CAPTURE(name);
        const auto bytes = read_file(data_file(std::string("pictures/") + name));
        const auto image = decode_image(bytes, name);
        REQUIRE(image.ok());
        const std::int64_t pixels = std::int64_t{image->width} * image->height;
        CHECK(loaders::promised_pixels(std::as_bytes(std::span(bytes)), kMost) == pixels);
        CHECK(loaders::promised_pixels(std::as_bytes(std::span(bytes)), pixels - 1) == 0);
    }
    for (const auto& [format, file] : small_pictures()) {
        const char* const name = format;  // a binding cannot be captured
        CAPTURE(name);
        CHECK(loaders::promised_pixels(span_of(file), kMost) == 8 * 4);
    }
    JpegOptions options{.width = 64, .height = 40, .exif = exif_segment(6)};
    options.grey = [](int, int) { return 128; };
    CHECK(loaders::promised_pixels(span_of(make_jpeg(options)), kMost) == 64 * 40);
}

TEST_CASE("promised pixels: 0 where there is no such header, however the file is cut") {
    constexpr std::int64_t kMost = 10'000'000;
    for (const char* text : {"", "GIF89a\x10", "P6\n-3 5\n", "P6\n99999999999999999999 1"}) {
        CAPTURE(text);
        CHECK(loaders::promised_pixels(span_of(text), kMost) == 0);
    }
    for (const auto& [format, file] : small_pictures()) {
        const char* const name = format;  // a binding cannot be captured
        CAPTURE(name);
        for (std::size_t size = 0; size < file.size(); ++size) {
            const std::int64_t cut = loaders::promised_pixels(span_of(file).first(size), kMost);
            REQUIRE((cut == 0 || cut == 8 * 4));
        }
    }
}
