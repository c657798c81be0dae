// JPEGs of which fewer pixels are needed than they have: decoded at 1/2, 1/4 or 1/8 of their sides.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

Image decoded_for(std::string_view file, int side, int halvings = 0) {
    auto image = decode(file, {.needed_side = side, .needed_halvings = halvings});
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    check_written(image.value());
    return std::move(image).value();
}

ByteString flat_jpeg(int width, int height) {
    JpegOptions options;
    options.width = width;
    options.height = height;
    options.others = kNeutral;
    options.sampling = 2;
    return make_jpeg(options);
}

// The mean of the pixels of `whole` that pixel (x, y) of a picture `times` smaller stands for, by channels.
std::array<double, 3> mean_of(const Image& whole, int times, int x, int y) {
    std::array<double, 3> sum{};
    int count = 0;
    for (int v = y * times; v < std::min((y + 1) * times, whole.height); ++v) {
        for (int u = x * times; u < std::min((x + 1) * times, whole.width); ++u, ++count) {
            for (std::size_t c = 0; c < 3; ++c) sum[c] += pixel(whole, u, v)[c];
        }
    }
    for (double& s : sum) s /= count;
    return sum;
}

const char* const kPictures[] = {"baseline.jpg",    "progressive.jpg", "full_colour.jpg",
                                 "half_colour.jpg", "grey.jpg",        "cmyk.jpg"};

}  // namespace

TEST_CASE("jpeg scaled: the smallest size is taken that leaves what is needed") {
    struct Case {
        int width, height, side, halvings;
        int expected_width, expected_height;
    };
    const Case cases[] = {
        {200, 120, 0, 0, 200, 120},   {200, 120, 200, 0, 200, 120}, {200, 120, 101, 0, 200, 120},
        {200, 120, 100, 0, 100, 60},  {200, 120, 51, 0, 100, 60},   {200, 120, 50, 0, 50, 30},
        {200, 120, 25, 0, 25, 15},    {200, 120, 1, 0, 25, 15},     {200, 120, 500, 0, 200, 120},
        {120, 200, 50, 0, 30, 50},    {200, 120, 0, 1, 100, 60},    {200, 120, 0, 2, 50, 30},
        {200, 120, 0, 3, 25, 15},     {200, 120, 0, 24, 25, 15},    {200, 120, 120, 1, 100, 60},
        {201, 121, 0, 1, 101, 61},    {201, 121, 0, 2, 51, 31},     {201, 121, 0, 3, 26, 16},
        {201, 121, 51, 0, 51, 31},    {1, 1, 1, 0, 1, 1},           {3, 1, 1, 0, 1, 1},
        {200, 120, -1, -1, 200, 120},
    };
    for (const Case& c : cases) {
        CAPTURE(c.width);
        CAPTURE(c.side);
        CAPTURE(c.halvings);
        const Image image = decoded_for(flat_jpeg(c.width, c.height), c.side, c.halvings);
        CHECK(image.width == c.expected_width);
        CHECK(image.height == c.expected_height);
        const bool is_whole = c.width == c.expected_width;
        CHECK(image.full_width == (is_whole ? 0 : c.width));
        CHECK(image.full_height == (is_whole ? 0 : c.height));
        CHECK(image.view().full_width == image.full_width);
        CHECK(image.view().full_height == image.full_height);
        CHECK(std::ranges::count(image.pixels, 128) == static_cast<std::ptrdiff_t>(image.pixels.size()));
    }
}

TEST_CASE("jpeg scaled: pixels are the means of those that they stand for") {
    for (const char* name : kPictures) {
        CAPTURE(name);
        const ByteString file = picture_data(name);
        const Image whole = decoded(file);
        for (int halvings = 1; halvings <= 3; ++halvings) {
            const int times = 1 << halvings;
            CAPTURE(times);
            const Image image = decoded_for(file, 0, halvings);
            // Pixels all of whose means are in the picture; beyond its edge an encoder writes what it likes.
            for (int y = 0; y < whole.height / times; ++y) {
                for (int x = 0; x < whole.width / times; ++x) {
                    const auto mean = mean_of(whole, times, x, y);
                    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(pixel(image, x, y)[c] - mean[c]) < 4);
                }
            }
        }
    }
}

TEST_CASE("jpeg scaled: every arrangement of scans and samplings gives its blocks' levels") {
    for (const int sampling : {1, 2, 3, 4}) {
        for (const bool progressive : {false, true}) {
            for (const bool interleaved : {false, true}) {
                JpegOptions options;
                options.width = 8 * 12;
                options.height = 8 * 12;
                options.others = {90, 200};
                options.sampling = sampling;
                options.progressive = progressive;
                options.interleaved = interleaved;
                options.grey = [](int x, int y) { return 60 + 10 * x + y; };
                const ByteString file = make_jpeg(options);
                const Image whole = decoded(file);
                for (int halvings = 1; halvings <= 3; ++halvings) {
                    CAPTURE(sampling);
                    CAPTURE(progressive);
                    CAPTURE(interleaved);
                    CAPTURE(halvings);
                    const int block = 8 >> halvings;
                    const Image image = decoded_for(file, 0, halvings);
                    for (int y = 0; y < image.height; ++y) {
                        for (int x = 0; x < image.width; ++x)
                            REQUIRE(pixel(image, x, y) == pixel(whole, x / block * 8, y / block * 8));
                    }
                }
            }
        }
    }
}

TEST_CASE("jpeg scaled: a progressive file gives the pixels of the baseline file of the same coefficients") {
    for (int halvings = 1; halvings <= 3; ++halvings) {
        CHECK((decoded_for(picture_data("progressive.jpg"), 0, halvings).pixels ==
               decoded_for(picture_data("baseline.jpg"), 0, halvings).pixels));
    }
}

TEST_CASE("jpeg scaled: orientations turn the smaller picture and the size of the whole") {
    JpegOptions options;
    options.width = 32;
    options.height = 16;
    options.grey = [](int x, int) { return 40 + 10 * x; };
    options.exif = exif_segment(6);  // to be turned clockwise
    const Image image = decoded_for(make_jpeg(options), 8);
    CHECK(image.width == 4);
    CHECK(image.height == 8);
    CHECK(image.full_width == 16);
    CHECK(image.full_height == 32);
    for (int y = 0; y < 8; ++y) CHECK(pixel(image, 0, y) == grey(40 + 10 * (y / 2)));
}

TEST_CASE("jpeg scaled: a file is refused for what it lacks, as if all of it were needed") {
    const ByteString whole = picture_data("baseline.jpg");
    for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
        CAPTURE(size);
        const auto image = decode(whole.substr(0, size), {.needed_side = 1});
        CHECK(image.status().message() == decode(whole.substr(0, size)).status().message());
    }
    CHECK(decode(flat_jpeg(200, 120), {.max_pixels = 200 * 120 - 1, .needed_side = 1}).status().code() ==
          StatusCode::limit_exceeded);
}

TEST_CASE("jpeg scaled: other formats are read whole") {
    const Image image = decoded_for(picture_data("rgb.png"), 1, 3);
    CHECK(image.width == 37);
    CHECK(image.full_width == 0);
}
