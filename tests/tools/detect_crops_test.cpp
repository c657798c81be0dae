// `featherface detect --crops`: faces as files.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tools/detect_fixture.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("detect: --crops writes each face aligned, best first, under the picture's name") {
    const DetectFixture fixture;
    const std::string crops = fixture.files.path("crops/deeper");
    check_program(fixture.run({"--keep", "3", "--crops", crops, fixture.a, fixture.b}), 0);
    for (const auto& [stem, image] : {std::pair(std::string("a"), fixture.first), {"b", fixture.second}}) {
        const auto faces = expected_faces(image, {.score_threshold = kLow, .max_faces = 3});
        REQUIRE(faces.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            const auto expected = align_face(image.view(), faces[i]);
            const std::string file = crops + "/" + stem + "-" + std::to_string(i + 1) + ".png";
            REQUIRE(fs::exists(file) == expected.ok());
            if (expected.ok()) CHECK(read(file).pixels == expected->pixels);
        }
    }
    CHECK(fs::exists(crops + "/a-1.png"));
}

TEST_CASE("detect: --margin has the faces cut out as they are, drawings beside them unchanged by it") {
    const DetectFixture fixture;
    const std::string crops = fixture.files.path("crops"), drawn = fixture.files.path("drawn.png"),
                      alone = fixture.files.path("alone.png");
    check_program(fixture.run({"--keep", "1", "--crops", crops, "--margin", "0.25", "-o", drawn, fixture.a}),
                  0);
    const auto faces = expected_faces(fixture.first, {.score_threshold = kLow, .max_faces = 1});
    CHECK(read(crops + "/a-1.png").pixels == crop_face(fixture.first.view(), faces[0], 0.25f)->pixels);
    check_program(fixture.run({"--keep", "1", "-o", alone, fixture.a}), 0);
    CHECK(read(drawn).pixels == read(alone).pixels);
}

TEST_CASE("detect: crops of a folder lie as its pictures do, and its own crops are no pictures of it") {
    const DetectFixture fixture;
    fixture.files.picture("set/x.ppm", fixture.first);
    fixture.files.picture("set/sub/x.ppm", fixture.second);
    const std::string crops = fixture.files.path("set/crops");
    for (int run = 0; run < 2; ++run) {
        const ProgramResult result =
            fixture.run({"--keep", "1", "--format", "jsonl", "--crops", crops, fixture.files.path("set")});
        check_program(result, 0);
        CHECK(lines_of(result.out).size() == 2);
    }
    CHECK(fs::exists(crops + "/x-1.png"));
    CHECK(fs::exists(crops + "/sub/x-1.png"));
}

TEST_CASE("detect: crops never go where the pictures lie, and errors of writing are told") {
    const DetectFixture fixture;
    const std::string folder = fixture.files.folder();
    check_program(fixture.run({"--crops", folder, fixture.a}), 2, {folder, "pictures that are read"});
    ProgramOptions inside;
    inside.folder = folder;
    check_program(fixture.run({"--crops", ".", "a.ppm"}, inside), 2, {"pictures that are read"});
    CHECK(fs::exists(fixture.a));
    check_program(fixture.run({"--crops", fixture.a, fixture.a}), 2, {"is one of the inputs"});
    check_program(fixture.run({"--margin", "0.1", fixture.a}), 2, {"--margin", "--crops"});
    check_program(fixture.run({"--crops", folder + "/c", "--margin", "-1", fixture.a}), 2,
                  {"--margin", "0 to 10"});
    const std::string file = fixture.files.text("file", "");
    const ProgramResult result = fixture.run({"--format", "jsonl", "--crops", file + "/x", fixture.a});
    check_program(result, 6, {file});
    CHECK(parse_json(result.out)["faces"].size() > 0);
}

}  // namespace featherface::test
