// The program on the published checkpoints and the reference picture.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/json.hpp"
#include "support/npz.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"

namespace featherface::test {

namespace {

// V1's or V2's faces of the picture against the dump's `dets` above the display threshold.
void check_against_dump(const std::string& model, const std::string& picture,
                        const std::filesystem::path& dump, std::size_t count) {
    const ProgramResult result = featherface({"detect", "-m", model, "--format", "json", picture});
    check_program(result, 0);
    const Json document = parse_json(result.out);
    const Json& faces = document["images"][0]["faces"];
    REQUIRE(faces.size() == count);

    const std::vector<float> dets = read_f32(open_npz(dump), "dets");
    constexpr std::size_t kRow = 15;
    for (std::size_t i = 0; i < count; ++i) {
        const float* row = dets.data() + i * kRow;
        CHECK(faces[i]["score"].number() == doctest::Approx(row[4]).epsilon(1e-4));
        for (std::size_t j = 0; j < 4; ++j) CHECK(std::abs(faces[i]["box"][j].number() - row[j]) < 0.01f);
        for (std::size_t j = 0; j < 5; ++j) {
            const Json& point = faces[i]["landmarks"][faces[i]["landmarks"].keys[j]];
            CHECK(std::abs(point[0].number() - row[5 + 2 * j]) < 0.01f);
            CHECK(std::abs(point[1].number() - row[6 + 2 * j]) < 0.01f);
        }
    }
    CHECK(dets[(count - 1) * kRow + 4] > 0.5f);
    CHECK(dets[count * kRow + 4] <= 0.5f);
}

void check_verified(const std::filesystem::path& file, const std::string& title, long parameters,
                    long debris) {
    CAPTURE(file.native());
    const ProgramResult text = featherface({"verify", file});
    check_program(text, 0);
    CHECK(text.out.starts_with(title + "\n"));
    const Json json = parse_json(featherface({"verify", "--format", "json", file}).out);
    CHECK(json["parameters"].whole() == parameters);
    CHECK(json["debris"].whole() == debris);
    CHECK(json["warnings"].size() == 0);
}

}  // namespace

TEST_CASE("real files: each published checkpoint is told to be what it is") {
    FEATHERFACE_SHARED_FILE(v1, "weights/mobilenet0.25_Final.pth");
    FEATHERFACE_SHARED_FILE(backbone, "weights/mobilenetV1X0.25_pretrain.tar");
    FEATHERFACE_SHARED_FILE(v2, "weights/v2/FeatherFaceV2_untrained.pth");
    FEATHERFACE_SHARED_FILE(legacy, "weights/v2/FeatherFaceV2_untrained_ddp_legacy.pth");
    FEATHERFACE_SHARED_FILE(trial, "weights/v2/FeatherFaceV2_trial.pth");
    check_verified(v1, "Valid FeatherFace V1 model", 592'371, 248);
    check_verified(backbone, "Valid MobileNetV1-0.25 backbone model with its ImageNet classifier", 470'072,
                   0);
    for (const auto& file : {v2, legacy, trial})
        check_verified(file, "Valid FeatherFace V2 model", 256'156, 0);
    FEATHERFACE_SHARED_FILE(retinaface, kSharedRetinaFace);
    FEATHERFACE_SHARED_FILE(small, kShared489K);
    FEATHERFACE_SHARED_FILE(eca, kSharedEcaCbam);
    FEATHERFACE_SHARED_FILE(coordinate, kSharedCoordinate);
    check_verified(retinaface, "Valid RetinaFace-MobileNet0.25 model", 426'608, 0);
    check_verified(small, "Valid FeatherFace 489K model", 489'015, 0);
    check_verified(eca, "Valid FeatherFace ECA-CBAM model", 476'345, 0);
    check_verified(coordinate, "Valid FeatherFace model with coordinate attention", 493'095, 0);
}

TEST_CASE("real files: detect finds the faces of the reference run, V1's 116 and the trial V2's 82") {
    FEATHERFACE_SHARED_FILE(picture, "images/largest_group.png");
    FEATHERFACE_SHARED_FILE(v1, "weights/mobilenet0.25_Final.pth");
    FEATHERFACE_SHARED_FILE(trial, "weights/v2/FeatherFaceV2_trial.pth");
    FEATHERFACE_SHARED_FILE(v1_dump, "reference/v1_700x405_outputs.npz");
    FEATHERFACE_SHARED_FILE(trial_dump, "reference/v2trial_700x405_outputs.npz");
    check_against_dump(v1, picture, v1_dump, 116);
    check_against_dump(trial, picture, trial_dump, 82);
}

TEST_CASE(
    "real files: the family's networks find the reference runs' faces, of a crowd and of a crop of it") {
    FEATHERFACE_SHARED_FILE(picture, "images/largest_group.png");
    FEATHERFACE_SHARED_FILE(crop, "images/crop_333x257.png");
    struct Found {
        std::string_view checkpoint, dump;
        std::size_t in_crowd, in_crop;
    };
    for (const Found& found :
         {Found{kSharedRetinaFace, "reference_family/retinaface_333x257_outputs.npz", 104, 51},
          Found{kShared489K, "reference_family/ff489k_333x257_outputs.npz", 144, 57},
          Found{kSharedEcaCbam, "reference_family/ffeca_333x257_outputs.npz", 130, 61},
          Found{kSharedCoordinate, "reference_family/ffca_333x257_outputs.npz", 161, 64}}) {
        FEATHERFACE_SHARED_FILE(model, found.checkpoint);
        FEATHERFACE_SHARED_FILE(dump, found.dump);
        check_against_dump(model, crop, dump, found.in_crop);
        const ProgramResult result = featherface({"detect", "-m", model, "--format", "json", picture});
        check_program(result, 0);
        CHECK(parse_json(result.out)["images"][0]["faces"].size() == found.in_crowd);
    }
}

TEST_CASE("real files: the backbone gives the reference run's classes and probabilities") {
    FEATHERFACE_SHARED_FILE(dump, "reference/backbone_224x224.npz");
    FEATHERFACE_SHARED_FILE(backbone, "weights/mobilenetV1X0.25_pretrain.tar");
    // The dump's input as the picture it was made from, with a border that the centre crop takes off again.
    const std::vector<float> input = read_f32(open_npz(dump), "input");
    REQUIRE(input.size() == 3 * 224 * 224);
    const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
    Image image{256, 256, PixelFormat::bgr8, std::vector<std::uint8_t>(3 * 256 * 256)};
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < 224 * 224; ++i) {
            const std::size_t x = i % 224 + 16, y = i / 224 + 16;
            image.pixels[(y * 256 + x) * 3 + (2 - c)] = static_cast<std::uint8_t>(
                std::lround((input[c * 224 * 224 + i] * deviation[c] + mean[c]) * 255));
        }
    }
    const ProgramFiles files;
    const ProgramResult result = featherface({"classify", "-m", backbone, files.picture("a.ppm", image)});
    check_program(result, 0);

    const std::vector<float> logits = read_f32(open_npz(dump), "logits");
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t j) { return logits[i] > logits[j]; });
    std::istringstream lines(result.out);
    for (std::size_t i = 0; i < 5; ++i) {
        std::size_t index = 0;
        double probability = 0;
        REQUIRE((lines >> index >> probability));
        CHECK(index == order[i]);
        CHECK(probability ==
              doctest::Approx(std::exp(static_cast<double>(logits[index])) / sum).epsilon(1e-3));
    }
    std::string more;
    CHECK_FALSE((lines >> more));
}

}  // namespace featherface::test
