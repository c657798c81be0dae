// Photos of one person, enlarged: one box per face, where a single look finds parts of it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "engine/detect/resize.hpp"
#include "engine/detect/turn.hpp"
#include "featherface/featherface.hpp"
#include "support/shared_data.hpp"

namespace featherface::test {

namespace {

// Portraits whose face is a third of the picture's sides or more.
constexpr const char* kPortraits[] = {"labelled/helen/images/100843687_1.jpg",
                                      "labelled/helen/images/107635070_1.jpg",
                                      "labelled/helen/images/169346774_1.jpg"};

std::vector<Face> faces_of(const Model& model, const Image& image, std::uint32_t scales) {
    auto detector = Detector::create(model, {.scales = scales});
    REQUIRE(detector.ok());
    auto faces = detector->detect(image.view());
    REQUIRE_MESSAGE(faces.ok(), faces.status().message());
    return faces.value();
}

float overlap(const Face& a, const Face& b) {
    const auto size = [](const std::array<float, 4>& box) { return (box[2] - box[0]) * (box[3] - box[1]); };
    const std::array<float, 4> both = {std::max(a.box[0], b.box[0]), std::max(a.box[1], b.box[1]),
                                       std::min(a.box[2], b.box[2]), std::min(a.box[3], b.box[3])};
    if (both[0] >= both[2] || both[1] >= both[3]) return 0;
    return size(both) / (size(a.box) + size(b.box) - size(both));
}

}  // namespace

TEST_CASE("large photos: a portrait enlarged 3 and 6 times has one face, where it was") {
    FEATHERFACE_SHARED_FILE(weights, "weights/mobilenet0.25_Final.pth");
    const std::filesystem::path own =
        std::filesystem::path(FEATHERFACE_SOURCE_DIR) / "tools/model/FeatherFaceV2_final.pth";
    for (const auto& file : {own, weights}) {
        CAPTURE(file.native());
        const auto model = Model::load(file);
        REQUIRE_MESSAGE(model.ok(), model.status().message());
        std::size_t boxes_at_own_size = 0;
        for (const char* name : kPortraits) {
            FEATHERFACE_SHARED_FILE(portrait, name);
            CAPTURE(std::string(name));
            const auto image = read_image(portrait);
            REQUIRE(image.ok());
            const auto small = faces_of(model.value(), image.value(), kOwnScale);
            REQUIRE(small.size() == 1);
            for (const int times : {3, 6}) {
                CAPTURE(times);
                const Image large =
                    engine::resize(image->view(), image->width * times, image->height * times);
                boxes_at_own_size += faces_of(model.value(), large, kOwnScale).size();
                auto faces = faces_of(model.value(), large, kAutoScales);
                REQUIRE(faces.size() == 1);
                for (float& edge : faces[0].box) edge /= static_cast<float>(times);
                // Enlarging moves nothing; networks place a face of another size a little differently.
                CHECK(overlap(faces[0], small[0]) > 0.7f);
            }
        }
        CHECK(boxes_at_own_size > 2 * std::size(kPortraits));
    }
}

TEST_CASE("large photos: no small face is lost to the other sizes") {
    FEATHERFACE_SHARED_FILE(picture, "images/largest_group.png");
    FEATHERFACE_SHARED_FILE(weights, "weights/mobilenet0.25_Final.pth");
    const auto model = Model::load(weights);
    REQUIRE(model.ok());
    const auto image = read_image(picture);
    REQUIRE(image.ok());
    // Six copies on one ground: a photo of 2100 x 810 with some 700 faces.
    Image mosaic{3 * image->width, 2 * image->height, PixelFormat::bgr8, {}};
    const std::size_t row = static_cast<std::size_t>(image->width) * 3;
    for (int y = 0; y < mosaic.height; ++y) {
        const auto from = image->pixels.begin() + static_cast<std::ptrdiff_t>(row) * (y % image->height);
        for (int copy = 0; copy < 3; ++copy)
            mosaic.pixels.insert(mosaic.pixels.end(), from, from + static_cast<std::ptrdiff_t>(row));
    }
    const auto own = faces_of(model.value(), mosaic, kOwnScale),
               all = faces_of(model.value(), mosaic, kAutoScales);
    CHECK(own.size() > 600);
    for (const Face& face : own) {
        CHECK(std::any_of(all.begin(), all.end(),
                          [&](const Face& other) { return overlap(face, other) > 0.5f; }));
    }
}

TEST_CASE("large photos: with turns a portrait has one face whichever way it lies") {
    FEATHERFACE_SHARED_FILE(weights, "weights/mobilenet0.25_Final.pth");
    const auto model = Model::load(weights);
    REQUIRE(model.ok());
    auto detector = Detector::create(model.value(), {.turns = true});
    REQUIRE(detector.ok());
    for (const char* name : kPortraits) {
        FEATHERFACE_SHARED_FILE(portrait, name);
        CAPTURE(std::string(name));
        const auto image = read_image(portrait);
        REQUIRE(image.ok());
        const auto upright = detector->detect(image->view());
        REQUIRE(upright.ok());
        REQUIRE(upright->size() == 1);
        for (const int quarters : {1, 2, 3}) {
            CAPTURE(quarters);
            const auto found = detector->detect(engine::turned(image->view(), quarters).view());
            REQUIRE(found.ok());
            REQUIRE(found->size() == 1);
            const Face back = engine::turned_back(found->front(), quarters, image->width, image->height);
            CHECK(overlap(back, upright->front()) > 0.8f);
            const auto& [left_eye, right_eye, nose, mouth_left, mouth_right] = back.landmarks;
            CHECK(left_eye[0] < right_eye[0]);
            CHECK(mouth_left[1] > left_eye[1]);
        }
    }
}

}  // namespace featherface::test
