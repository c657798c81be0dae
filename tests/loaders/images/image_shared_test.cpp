// Picture files: the reference pictures decode to exactly the pixels PyTorch was given.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "featherface/image_file.hpp"
#include "support/shared_data.hpp"
#include "tools/files/npz.hpp"

using namespace featherface;
using tools::NpzReader;

TEST_CASE("image file: the PNG pictures equal image_bgr of every dump made from them, byte for byte") {
    struct Picture {
        std::string name;
        std::vector<std::string> dumps;
    };
    const Picture pictures[] = {
        {"crop_160x128.png", {"v1_160x128_all", "v2_160x128_all"}},
        {"crop_333x257.png", {"v1_333x257_stages", "v2_333x257_stages", "v2trial_333x257_stages"}},
        {"crop_640x640.png", {"v1_640x640_outputs", "v2_640x640_outputs"}},
        {"largest_group.png", {"v1_700x405_outputs", "v2_700x405_outputs", "v2trial_700x405_outputs"}},
    };
    for (const Picture& picture : pictures) {
        FEATHERFACE_SHARED_FILE(picture_path, "images/" + picture.name);
        const auto image = read_image(picture_path);
        REQUIRE_MESSAGE(image.ok(), image.status().message());
        for (const std::string& dump_name : picture.dumps) {
            CAPTURE(dump_name);
            FEATHERFACE_SHARED_FILE(dump_path, "reference/" + dump_name + ".npz");
            const auto dump = NpzReader::open(dump_path);
            REQUIRE_MESSAGE(dump.ok(), dump.status().message());
            const auto expected = dump->read("image_bgr");
            REQUIRE_MESSAGE(expected.ok(), expected.status().message());
            CHECK(expected->shape == std::vector<std::int64_t>{image->height, image->width, 3});
            CHECK(std::ranges::equal(expected->bytes, std::as_bytes(std::span(image->pixels))));
        }
    }
}

TEST_CASE("image file: the JPEG original has the size of its PNG and nearly its pixels") {
    FEATHERFACE_SHARED_FILE(jpeg_path, "images/largest_group.jpg");
    FEATHERFACE_SHARED_FILE(png_path, "images/largest_group.png");
    const auto jpeg = read_image(jpeg_path);
    const auto png = read_image(png_path);
    REQUIRE(jpeg.ok());
    REQUIRE(png.ok());
    REQUIRE(jpeg->width == png->width);
    REQUIRE(jpeg->height == png->height);
    double difference = 0;
    for (std::size_t i = 0; i < png->pixels.size(); ++i)
        difference += std::abs(jpeg->pixels[i] - png->pixels[i]);
    CHECK(difference / static_cast<double>(png->pixels.size()) < 1.0);  // decoders differ in rounding only
}
