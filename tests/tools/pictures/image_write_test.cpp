// Picture writing: what is written reads back as it was, and nothing half-written is left.
#include "tools/pictures/image_write.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>

#include "featherface/image_file.hpp"
#include "support/files.hpp"
#include "support/status_checks.hpp"

using namespace featherface;
using namespace featherface::test;
using tools::write_image;

namespace {

Image picture(int width, int height) {
    Image image;
    image.width = width;
    image.height = height;
    image.pixels.resize(static_cast<std::size_t>(width * height * 3));
    std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{1});
    return image;
}

}  // namespace

TEST_CASE("image write: PNG and PPM read back byte for byte, at odd and single-pixel sizes") {
    const TempDir folder;
    for (const char* name : {"out.png", "out.ppm", "OUT.PNG", "out.Ppm", "plain"}) {
        for (const auto& [width, height] : {std::pair{1, 1}, {1, 300}, {301, 1}, {37, 29}}) {
            const Image image = picture(width, height);
            const Status status = write_image(folder / name, image.view());
            REQUIRE_MESSAGE(status.ok(), status.message());
            const auto read = read_image(folder / name);
            REQUIRE_MESSAGE(read.ok(), read.status().message());
            CHECK(read->width == width);
            CHECK(read->height == height);
            CHECK((read->pixels == image.pixels));
        }
    }
    CHECK(read_file(folder / "plain")[1] == 'P');
    CHECK(read_file(folder / "out.ppm")[1] == '6');
}

TEST_CASE("image write: every pixel format and padded rows come out as the same picture") {
    const TempDir folder;
    // Two rows of one pixel, blue 1, green 2, red 3 over 4, 5, 6, each row followed by padding.
    const auto check = [&](PixelFormat format, std::vector<std::uint8_t> bytes,
                           const std::vector<std::uint8_t>& bgr) {
        const ImageView view = {bytes.data(), 1, 2, static_cast<std::ptrdiff_t>(bytes.size() / 2), format};
        REQUIRE(write_image(folder / "out.png", view).ok());
        CHECK(read_image(folder / "out.png")->pixels == bgr);
    };
    const std::vector<std::uint8_t> bgr = {1, 2, 3, 4, 5, 6};
    check(PixelFormat::bgr8, {1, 2, 3, 99, 4, 5, 6, 99}, bgr);
    check(PixelFormat::rgb8, {3, 2, 1, 99, 6, 5, 4, 99}, bgr);
    check(PixelFormat::bgra8, {1, 2, 3, 0, 99, 4, 5, 6, 255, 99}, bgr);
    check(PixelFormat::rgba8, {3, 2, 1, 0, 6, 5, 4, 255}, bgr);
    check(PixelFormat::gray8, {7, 99, 8, 99}, {7, 7, 7, 8, 8, 8});
}

TEST_CASE("image write: a JPEG reads back as nearly the same picture") {
    const TempDir folder;
    Image image = picture(160, 90);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        const std::size_t x = i / 3 % 160, y = i / 480;
        image.pixels[i] = static_cast<std::uint8_t>(x + y / 2 + i % 3 * 20);
    }
    for (const char* name : {"out.jpg", "OUT.JPEG"}) {
        REQUIRE(write_image(folder / name, image.view()).ok());
        CHECK(read_file(folder / name)[1] == 0xd8);
        const Image read = read_image(folder / name).value();
        REQUIRE(read.pixels.size() == image.pixels.size());
        int most = 0;
        for (std::size_t i = 0; i < image.pixels.size(); ++i)
            most = std::max(most, std::abs(read.pixels[i] - image.pixels[i]));
        CHECK(most <= 8);  // of quantization
        CHECK(most > 0);
    }
    const std::uint8_t sample = 7;
    const ImageView wide{&sample, 65'536, 1, 65'536, PixelFormat::gray8};
    check_refused(tools::encode_jpeg(wide, 90).status(), StatusCode::output_error, {"too large for JPEG"});
}

TEST_CASE("image write: other extensions are refused before anything is written") {
    const TempDir folder;
    for (const char* name : {"out.gif", "out.png.txt", "out.bmp"}) {
        check_refused(write_image(folder / name, picture(1, 1).view()), StatusCode::invalid_argument,
                      {name, "expected a name that ends in .png, .jpg or .ppm"});
        CHECK_FALSE(std::filesystem::exists(folder / name));
    }
}

TEST_CASE("image write: a picture too large for PNG is refused by name, before any of it is looked at") {
    const TempDir folder;
    constexpr int kSide = 19'000;
    constexpr std::size_t kBytes = std::size_t{kSide} * kSide;
    void* pixels = ::mmap(nullptr, kBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(pixels != MAP_FAILED);
    const ImageView view = {static_cast<const std::uint8_t*>(pixels), kSide, kSide, kSide,
                            PixelFormat::gray8};
    check_refused(write_image(folder / "out.png", view), StatusCode::output_error,
                  {"out.png: ", "too large for PNG", "write a .ppm file"});
    ::munmap(pixels, kBytes);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("image write: an invalid view is refused, a failing target is an output error, older files stay") {
    const TempDir folder;
    check_refused(write_image(folder / "out.png", ImageView{}), StatusCode::invalid_argument, {"size 0 x 0"});
    CHECK(std::filesystem::is_empty(folder.path()));
    const Image image = picture(37, 29);
    check_refused(write_image(folder / "missing/out.png", image.view()), StatusCode::output_error,
                  {"No such file"});
    check_refused(write_image("/dev/full", image.view()), StatusCode::output_error,
                  {"/dev/full", "No space left"});
    std::filesystem::create_directory(folder / "folder.png");
    check_refused(write_image(folder / "folder.png", image.view()), StatusCode::output_error, {"directory"});
}
