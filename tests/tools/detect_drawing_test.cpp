// `featherface detect -o`: pictures with the faces drawn, and where they go.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tools/detect_fixture.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("detect: -o draws one picture to a PNG, JPEG or PPM file") {
    const DetectFixture fixture;
    for (const char* name : {"out.png", "out.ppm"}) {
        const ProgramResult result = fixture.run({"-o", fixture.files.path(name), fixture.a});
        check_program(result, 0);
        const Image drawn = read(fixture.files.path(name));
        CHECK(drawn.width == fixture.first.width);
        CHECK(drawn.height == fixture.first.height);
        CHECK(drawn.pixels != fixture.first.pixels);
    }
    CHECK(read(fixture.files.path("out.png")).pixels == read(fixture.files.path("out.ppm")).pixels);
    REQUIRE(fixture.run({"--score", "1", "-o", fixture.files.path("plain.png"), fixture.a}).exit_code == 0);
    CHECK(read(fixture.files.path("plain.png")).pixels == fixture.first.pixels);
    check_program(fixture.run({"-o", fixture.files.path("out.jpg"), fixture.a}), 0);
    CHECK(read(fixture.files.path("out.jpg")).width == fixture.first.width);
    check_program(fixture.run({"-o", fixture.files.path("out.gif"), fixture.a}), 2,
                  {"out.gif", ".png", ".jpg", ".ppm"});
}

TEST_CASE("detect: -o draws several pictures into a folder, made where there is none") {
    const DetectFixture fixture;
    fixture.files.picture("set/x/a.ppm", fixture.first);
    fixture.files.picture("set/a.ppm", fixture.first);
    const std::string out = fixture.files.path("drawn/here");
    check_program(fixture.run({"-o", out, fixture.files.path("set"), fixture.b, fixture.a}), 0);
    for (const char* name : {"/a.png", "/x/a.png", "/b.png", "/a-2.png"}) CHECK(fs::exists(out + name));
    // One picture goes into a folder that is there, or that is asked for by a '/'.
    check_program(fixture.run({"-o", out, fixture.b}), 0);
    check_program(fixture.run({"-o", fixture.files.path("new/"), fixture.b}), 0);
    CHECK(fs::exists(fixture.files.path("new/b.png")));
}

TEST_CASE("detect: what was drawn before is not taken for a picture to look at") {
    const DetectFixture fixture;
    fixture.files.picture("set/a.ppm", fixture.first);
    const std::string out = fixture.files.path("set/faces");
    for (int run = 0; run < 2; ++run) {
        const ProgramResult result = fixture.run({"--format", "jsonl", "-o", out, fixture.files.path("set")});
        check_program(result, 0);
        CHECK(lines_of(result.out).size() == 1);
    }
    CHECK_FALSE(fs::exists(fixture.files.path("set/faces/faces")));
}

TEST_CASE("detect: an output that is an input is refused, and the input stays as it was") {
    const DetectFixture fixture;
    const auto before = read_file(fixture.a), model_before = read_file(fixture.model);
    fs::create_symlink("a.ppm", fixture.files.path("link.ppm"));
    fixture.files.picture("set/c.png", fixture.first);
    const std::vector<std::vector<std::string>> wrong = {
        {"-o", fixture.a, fixture.a},
        {"-o", fixture.files.path("link.ppm"), fixture.a},
        {"-o", fixture.files.path("./a.ppm"), fixture.a},
        {"-o", fixture.files.path("set"), fixture.files.path("set")},
        {"-o", fixture.files.path("set"), fixture.files.path("set/c.png")},
        {"--format", "widerface", "-o", fixture.files.path("set"), fixture.files.path("set")}};
    for (const auto& arguments : wrong) check_program(fixture.run(arguments), 2, {"is one of the inputs"});
    fs::create_symlink("v2.pth", fixture.files.path("model.png"));
    check_program(fixture.run({"-o", fixture.files.path("model.png"), fixture.a}), 2,
                  {"is one of the inputs"});
    CHECK(read_file(fixture.a) == before);
    CHECK(read_file(fixture.model) == model_before);
}

TEST_CASE("detect: a drawing that cannot be written is exit code 6, and an old one stays") {
    const DetectFixture fixture;
    check_program(fixture.run({"-o", fixture.files.path("no/such/out.png"), fixture.a}),
                  0);  // folders are made
    check_program(fixture.run({"-o", "/proc/none/out.png", fixture.a}), 6, {"/proc/none"});
    fs::create_symlink("/dev/full", fixture.files.path("full.ppm"));
    check_program(fixture.run({"-o", fixture.files.path("full.ppm"), fixture.a}), 6, {"No space left"});
    const std::string old = fixture.files.text("old.png", "old");
    check_program(fixture.run({"-o", old, fixture.files.path("missing.jpg")}), 3);
    CHECK(read_file(old).size() == 3);
    fixture.files.text("file", "x");
    check_program(fixture.run({"-o", fixture.files.path("file"), fixture.a, fixture.b}), 6, {"file"});
}

TEST_CASE("detect: where drawings cannot be written the document is whole, with all faces, and exit code 6") {
    const DetectFixture fixture;
    const std::vector<std::string> output = {"-o", "/proc/none", fixture.a, fixture.b};
    const auto run = [&](const char* format) {
        std::vector<std::string> arguments = {"--format", format};
        arguments.insert(arguments.end(), output.begin(), output.end());
        const ProgramResult result = fixture.run(arguments);
        check_program(result, 6, {"/proc/none"});
        return result.out;
    };
    const Json json = parse_json(run("json"));
    REQUIRE(json["images"].size() == 2);
    check_image(json["images"][0], fixture.a, fixture.first, expected_faces(fixture.first));
    check_image(json["images"][1], fixture.b, fixture.second, expected_faces(fixture.second));
    CHECK(lines_of(run("jsonl")).size() == 2);
    CHECK(lines_of(run("csv")).size() ==
          1 + expected_faces(fixture.first).size() + expected_faces(fixture.second).size());
}

}  // namespace featherface::test
