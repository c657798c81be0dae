// Pictures that are none, are too large, or damaged: given to detect.
#include <doctest/doctest.h>

#include <string>

#include "support/jpeg_writer.hpp"
#include "support/png_writer.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {
namespace {

using namespace std::string_literals;

ByteString png_rows(std::size_t rows, std::size_t bytes) {
    return zlib_stored(ByteString(rows * (bytes + 1), '\0'));
}

ByteString jpeg(JpegOptions options = {}) {
    options.width = options.height = 16;
    return make_jpeg(options);
}

ByteString box(const char* brand) {
    return "\0\0\0\x18"s + "ftyp" + brand + "\0\0\0\0"s + brand + brand;
}

}  // namespace

TEST_CASE("bad inputs: pictures of unusual kinds are read") {
    BadInputs detect({"detect", "-m", "{model}", "--threads", "1", "--scales", "1", "{}"}, ".jpg");
    JpegOptions progressive;
    progressive.progressive = true;
    JpegOptions cmyk;
    cmyk.others = {128, 128, 128};
    cmyk.adobe_transform = 0;
    JpegOptions corrupt;
    corrupt.exif = "Exif\0\0II*\0\xff\xff\xff\x7f"s;
    detect.check({
        {"1 x 1", "P5 1 1 255\nx", 0, {"1x1"}},
        {"1 x 10,000", "P5 1 10000 255\n" + ByteString(10'000, 'x'), 0, {"1x10000"}},
        {"16 bits", make_png({.depth = 16}, png_rows(1, 6)), 0, {"1x1"}},
        {"grey", make_png({.colour = 0}, png_rows(1, 1)), 0, {"1x1"}},
        {"palette", make_png({.colour = 3}, png_rows(1, 1), png_chunk("PLTE", "abc")), 0, {"1x1"}},
        {"alpha", make_png({.colour = 6}, png_rows(1, 4)), 0, {"1x1"}},
        {"CMYK", jpeg(cmyk), 0, {"16x16"}},
        {"progressive", jpeg(progressive), 0, {"16x16"}},
        {"corrupt EXIF", jpeg(corrupt), 0, {"16x16"}},
        {"wrong extension", make_png({}, png_rows(1, 3)), 0, {"1x1"}},
    });
    for (int orientation = 1; orientation <= 8; ++orientation) {
        JpegOptions turned;
        turned.exif = exif_segment(orientation);
        detect.check(BadInput{"EXIF orientation", jpeg(turned), 0, {"16x16"}});
    }
}

TEST_CASE(
    "bad inputs: pictures that cannot be read are refused with the reason, and foreign formats are named") {
    BadInputs detect({"detect", "-m", "{model}", "--threads", "1", "{}"}, ".jpg");
    ByteString arithmetic = jpeg();
    arithmetic[find_marker(arithmetic, 0xc0) + 1] = '\xc9';
    detect.check({
        {"0 bytes", "", 3, {"the file is empty"}},
        {"20,000 x 20,000",
         make_png({.width = 20'000, .height = 20'000}, ""),
         3,
         {"20000 x 20000 pixels is too large", "at most 100000000 pixels", "max pixels"}},
        {"PNG bomb",
         make_png({.width = 9'000, .height = 9'000}, zlib_zeros(100'000'000).substr(0, 2000)),
         3,
         {"ends"}},
        {"arithmetic JPEG", arithmetic, 3, {"arithmetic coding", "jpegtran"}},
        {"cut JPEG", jpeg().substr(0, jpeg().size() - 4), 3, {"cut short or damaged"}},
        {"animated GIF",
         "GIF89a" + ByteString(20, '\0'),
         3,
         {"a GIF picture", "expected JPEG, PNG, BMP or PNM"}},
        {"WebP", "RIFF\x10\0\0\0WEBPVP8 "s, 3, {"a WebP picture", "dwebp"}},
        {"HEIC", box("heic"), 3, {"a HEIC picture", "heif-convert"}},
    });
}

}  // namespace featherface::test
