// How large a picture file says that it is.
#include "loaders/images/promised_pixels.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "featherface/image_file.hpp"
#include "support/files.hpp"
#include "support/jpeg_writer.hpp"

namespace featherface::loaders {
namespace {

std::int64_t promised(std::string_view bytes) {
    return promised_pixels(std::as_bytes(std::span(bytes)));
}

TEST_CASE("promised pixels: as many as are decoded, for every format") {
    for (const char* name : {"baseline.jpg", "progressive.jpg", "grey.jpg", "half_colour.jpg", "rgb.png",
                             "rgba.png", "palette.png"}) {
        CAPTURE(name);
        const auto bytes = test::read_file(test::data_file(std::string("pictures/") + name));
        const auto image = decode_image(bytes, name);
        REQUIRE(image.ok());
        CHECK(promised_pixels(std::as_bytes(std::span(bytes))) == std::int64_t{image->width} * image->height);
    }
    CHECK(promised("P6\n# made by hand\n 123 \t45\n255\n") == 123 * 45);
    CHECK(promised("P5 7 6 65535\n") == 42);
    std::string bmp("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x2c\x01\0\0\x38\xff\xff\xff", 26);  // top down
    bmp.resize(60);
    CHECK(promised(bmp) == 300 * 200);
    std::string old_bmp("BM\0\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x2c\x01\xc8\0", 22);
    old_bmp.resize(60);
    CHECK(promised(old_bmp) == 300 * 200);
}

TEST_CASE("promised pixels: behind other segments of a JPEG, and a thumbnail's are not meant") {
    test::JpegOptions options{.width = 64, .height = 40, .exif = test::exif_segment(6)};
    options.grey = [](int, int) { return 128; };
    CHECK(promised(test::make_jpeg(options)) == 64 * 40);
}

TEST_CASE("promised pixels: 0 where there is no such header, however the file is cut") {
    CHECK(promised("") == 0);
    CHECK(promised("GIF89a\x10\0\x10\0") == 0);
    CHECK(promised("P6\n-3 5\n") == 0);
    CHECK(promised("P6\n99999999999999999999 1") == std::int64_t{1} << 30);  // held to a range
    for (const char* name : {"baseline.jpg", "rgb.png"}) {
        const auto bytes = test::read_file(test::data_file(std::string("pictures/") + name));
        const std::int64_t whole = promised_pixels(std::as_bytes(std::span(bytes)));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const std::int64_t cut = promised_pixels(std::as_bytes(std::span(bytes)).first(size));
            REQUIRE((cut == 0 || cut == whole));
        }
    }
}

}  // namespace
}  // namespace featherface::loaders
