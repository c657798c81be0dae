// `featherface detect` on seeded networks: its options, and the pictures it is given.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/jpeg_writer.hpp"
#include "support/png_writer.hpp"
#include "support/sanitized.hpp"
#include "tools/detect_fixture.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("detect: options reach the detector") {
    const DetectFixture fixture;
    const auto faces_with = [&](std::vector<std::string> options) {
        options.insert(options.end(), {"--format", "jsonl", fixture.a});
        const ProgramResult result = fixture.run(options);
        check_program(result, 0);
        return parse_json(result.out)["faces"].items;
    };
    const auto check_same = [&](const std::vector<Json>& found, const DetectorOptions& options) {
        const auto faces = expected_faces(fixture.first, options);
        REQUIRE(found.size() == faces.size());
        for (std::size_t i = 0; i < faces.size(); ++i) check_face(found[i], faces[i]);
    };
    const std::size_t all = expected_faces(fixture.first).size();
    REQUIRE(all > 3);
    check_same(faces_with({"--keep", "3"}), {.score_threshold = kLow, .max_faces = 3});
    check_same(faces_with({"--top-k", "2"}), {.score_threshold = kLow, .top_k = 2});
    check_same(faces_with({"--nms", "0.9"}), {.score_threshold = kLow, .nms_threshold = 0.9f});
    check_same(faces_with({"--threads", "3"}), {.score_threshold = kLow, .threads = 3});
    CHECK(faces_with({"--nms", "0.9"}).size() > all);
    CHECK(faces_with({"--score", "1"}).empty());  // strictly above
}

TEST_CASE("detect: no faces is no error") {
    const DetectFixture fixture;
    const ProgramResult result = fixture.run({"--score", "1", fixture.a});
    check_program(result, 0);
    CHECK(result.out.starts_with(fixture.a + ": 61x45, no faces, "));
    const Json json = parse_json(fixture.run({"--score", "1", "--format", "json", fixture.a}).out);
    CHECK(json["images"][0]["faces"].size() == 0);
}

TEST_CASE("detect: --max-side shrinks larger pictures, says so, and gives boxes of the original") {
    const DetectFixture fixture;
    const DetectorOptions options{.score_threshold = kLow, .max_side = 48};
    const ProgramResult result = fixture.run({"--max-side", "48", "--format", "jsonl", fixture.a});
    check_program(result, 0, {fixture.a, "shrunk from 61x45 to 48x35", "--max-side 48"});
    const Json json = parse_json(result.out);
    CHECK(json["width"].whole() == 61);
    CHECK(json["scale"].number() == doctest::Approx(48.0 / 61));
    const auto faces = expected_faces(fixture.first, options);
    REQUIRE(json["faces"].size() == faces.size());
    for (std::size_t i = 0; i < faces.size(); ++i) check_face(json["faces"][i], faces[i]);

    const ProgramResult untouched = fixture.run({"--max-side", "61", "--format", "jsonl", fixture.a});
    check_program(untouched, 0);
    CHECK(untouched.err.empty());
    CHECK_FALSE(parse_json(untouched.out).has("scale"));
}

TEST_CASE("detect: a JPEG is decoded as small as it is looked at, and drawn whole") {
    const DetectFixture fixture;
    // Eight times the first picture, a block for each pixel.
    const auto level = [&](int x, int y) { return pixel(fixture.first, x, y)[0]; };
    const std::string file =
        fixture.files.text("blocks.jpg", make_jpeg({.width = 8 * 61, .height = 8 * 45, .grey = level}));
    Image small{61, 45, PixelFormat::gray8, {}, 8 * 61, 8 * 45};
    for (int y = 0; y < 45; ++y) {
        for (int x = 0; x < 61; ++x) small.pixels.push_back(static_cast<std::uint8_t>(level(x, y)));
    }
    const auto expected = expected_faces(small);
    const std::string out = fixture.files.path("drawn.ppm");
    for (const std::vector<std::string>& sizes :
         {std::vector<std::string>{"--max-side", "61"}, {"--scales", "0.125"}}) {
        CAPTURE(sizes[0]);
        std::vector<std::string> arguments = {"--format", "jsonl", file};
        arguments.insert(arguments.begin(), sizes.begin(), sizes.end());
        const ProgramResult result = fixture.run(arguments);
        check_program(result, 0);
        const Json json = parse_json(result.out);
        CHECK(json["width"].whole() == 8 * 61);
        CHECK(json["height"].whole() == 8 * 45);
        REQUIRE(json["faces"].size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) check_face(json["faces"][i], expected[i]);

        arguments.insert(arguments.begin(), {"-o", out});
        check_program(fixture.run(arguments), 0);
        const auto drawn = read_image(out);
        REQUIRE(drawn.ok());
        CHECK(drawn->width == 8 * 61);
    }
}

TEST_CASE("detect: --scales and --turns reach the detector, and JSON says what ran") {
    const DetectFixture fixture;
    const std::string large = fixture.files.picture("large.ppm", noise(kAutoScalesSide + 40, 60));
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--format", "jsonl", large});
        const ProgramResult result = fixture.run(arguments);
        check_program(result, 0);
        return parse_json(result.out);
    };
    const auto check_ran = [](const Json& json, const std::vector<float>& scales, bool turns) {
        REQUIRE(json["scales"].size() == scales.size());
        for (std::size_t i = 0; i < scales.size(); ++i) CHECK(json["scales"][i].number() == scales[i]);
        CHECK(json.has("turns") == turns);
    };
    const auto check_faces = [&](const Json& json, const DetectorOptions& options) {
        const auto faces = expected_faces(read(large), options);
        REQUIRE(json["faces"].size() == faces.size());
        for (std::size_t i = 0; i < faces.size(); ++i) check_face(json["faces"][i], faces[i]);
    };
    Json json = run({});  // auto
    check_ran(json, {1, 0.5f}, false);
    check_faces(json, {.score_threshold = kLow, .scales = kAutoScales});
    check_ran(run({"--scales", "auto"}), {1, 0.5f}, false);
    json = run({"--scales", "1"});
    check_ran(json, {1}, false);
    check_faces(json, {.score_threshold = kLow});
    json = run({"--scales", "0.25,1"});
    check_ran(json, {1, 0.25f}, false);
    check_faces(json, {.score_threshold = kLow, .scales = 0b101});
    json = run({"--scales=0.5", "--turns"});
    check_ran(json, {0.5f}, true);
    CHECK(json["turns"].size() == 4);
    CHECK(json["turns"][3].number() == 270);
    check_faces(json, {.score_threshold = kLow, .scales = 0b10, .turns = true});

    for (const char* wrong : {"0.3", "2", "0", "1,,1", "half", "1;0.5", "nan", "1e-9"})
        check_program(fixture.run({"--scales", wrong, large}), 2, {"--scales", "1, 0.5, 0.25"});
}

TEST_CASE("detect: '-' is a picture on standard input, or several") {
    const DetectFixture fixture;
    ProgramOptions options;
    const auto bytes = read_file(fixture.a);
    options.stdin_text.assign(bytes.begin(), bytes.end());
    const ProgramResult result = fixture.run({"--format", "jsonl", "-"}, options);
    check_program(result, 0);
    CHECK(parse_json(result.out)["file"].string() == "-");
    CHECK(parse_json(result.out)["faces"].size() == expected_faces(fixture.first).size());

    check_program(fixture.run({"-"}), 3, {"standard input"});
    ProgramOptions closed;
    closed.stdin_closed = true;
    check_program(fixture.run({"-"}, closed), 3, {"standard input", "cannot read"});
    const std::string header = make_png({}, zlib_stored(std::string("\0abc", 4))).substr(0, 8 + 25);
    options.stdin_text = header + std::string(std::size_t{17} << 20, '\x7f');  // a chunk that has no end
    check_program(fixture.run({"-"}, options), 3,
                  {"standard input: more bytes than the headers account for", "at most 16777240"});
}

TEST_CASE("detect: a folder stands for its pictures in order of name") {
    const DetectFixture fixture;
    for (const char* name : {"set/2.ppm", "set/10.ppm", "set/sub/0.ppm"})
        fixture.files.picture(name, fixture.first);
    fixture.files.text("set/readme.txt", "no picture");
    const ProgramResult result = fixture.run({"--format", "jsonl", fixture.files.path("set")});
    check_program(result, 0);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 3);
    CHECK(parse_json(lines[0])["file"].string() == fixture.files.path("set/10.ppm"));
    CHECK(parse_json(lines[1])["file"].string() == fixture.files.path("set/2.ppm"));
    CHECK(parse_json(lines[2])["file"].string() == fixture.files.path("set/sub/0.ppm"));
}

TEST_CASE("detect: an empty folder is an error, the other pictures are still run") {
    const DetectFixture fixture;
    fs::create_directory(fixture.files.path("empty"));
    const ProgramResult result = fixture.run({"--format", "json", fixture.files.path("empty"), fixture.a});
    check_program(result, 3, {fixture.files.path("empty"), "no picture in this folder"});
    CHECK(parse_json(result.out)["images"].size() == 1);
    const ProgramResult alone = fixture.run({"--format", "json", fixture.files.path("empty")});
    check_program(alone, 3, {"no picture in this folder"});
    CHECK(parse_json(alone.out)["images"].size() == 0);
}

TEST_CASE("detect: a bad file among many is reported, the rest still run, and the exit code is 3") {
    const DetectFixture fixture;
    const std::string bad = fixture.files.text("bad.jpg", "<!DOCTYPE html>");
    const std::string missing = fixture.files.path("missing.png");
    const ProgramResult result = fixture.run({"--format", "json", fixture.a, bad, missing, fixture.b});
    check_program(result, 3, {bad, missing, "2 of 4 pictures failed"});
    const Json json = parse_json(result.out);
    REQUIRE(json["images"].size() == 4);
    check_image(json["images"][0], fixture.a, fixture.first, expected_faces(fixture.first));
    for (const std::size_t failed : {1, 2}) {
        CHECK(json["images"][failed].keys == std::vector<std::string>{"file", "error"});
        CHECK_FALSE(json["images"][failed]["error"].string().empty());
    }
    CHECK(json["images"][1]["file"].string() == bad);
    check_image(json["images"][3], fixture.b, fixture.second, expected_faces(fixture.second));
}

TEST_CASE("detect: standard input that is no picture is refused from its beginning, however long it is") {
    const DetectFixture fixture;
    ProgramOptions options;
    options.stdin_file = "/dev/zero";
    check_program(fixture.run({"-"}, options), 3, {"standard input: not a picture", "00 00 00"});
    options.stdin_file.clear();
    options.stdin_text = std::string(100'000, 'x');
    check_program(fixture.run({"-"}, options), 3, {"standard input: not a picture"});
    options.stdin_text = "GIF89a";
    check_program(fixture.run({"-"}, options), 3, {"standard input: ", "a GIF picture"});
    check_program(fixture.run({"-", "-"}, options), 2, {"only once"});
    check_program(fixture.run({"-o", "-", fixture.a}), 2, {"the output cannot be standard output"});
}

TEST_CASE("detect: boxes are in the picture as its EXIF orientation turns it, for all eight") {
    const DetectFixture fixture;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        JpegOptions jpeg{.width = 64, .height = 40, .exif = exif_segment(orientation)};
        jpeg.grey = [](int x, int y) { return (x * 97 + y * 61) % 256; };
        const std::string file = fixture.files.text("exif.jpg", make_jpeg(jpeg));
        const Image upright = read(file);
        CHECK(upright.width == (orientation <= 4 ? 64 : 40));
        const ProgramResult result = fixture.run({"--format", "json", file});
        check_program(result, 0);
        check_image(parse_json(result.out)["images"][0], file, upright, expected_faces(upright));
    }
}

TEST_CASE("detect: pictures of one pixel, and one pixel wide, are pictures like others") {
    const DetectFixture fixture;
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 10'000}, std::pair{10'000, 1}}) {
        const Image image = noise(width, height);
        const std::string file = fixture.files.picture("thin.ppm", image);
        const ProgramResult result = fixture.run({"--scales", "1", "--format", "json", file});
        check_program(result, 0);
        check_image(parse_json(result.out)["images"][0], file, image, expected_faces(image));
    }
}

TEST_CASE("detect: memory that runs out fails one picture's reading, or its drawing, and nothing else" *
          doctest::skip(kSanitized)) {  // a sanitizer needs address space itself
    const DetectFixture fixture;
    // There are 48 million pixels: 48 MB of file, 144 MB of picture, and as much again to write it.
    const std::string large = fixture.files.text("large.pgm", "P5\n8000 6000\n255\n");
    fs::resize_file(large, fs::file_size(large) + std::size_t{8000} * 6000);
    const auto run = [&](std::size_t megabytes, const std::string& out, std::vector<std::string> pictures) {
        const ProgramOptions options{.memory_limit = megabytes << 20};
        pictures.insert(pictures.begin(),
                        {"--threads", "1", "--max-side", "50", "--format", "json", "-o", out});
        const ProgramResult result = fixture.run(pictures, options);
        check_program(result, 5, {large, "not enough memory"});
        return parse_json(result.out)["images"];
    };
    const std::string folder = fixture.files.path("out/"), file = fixture.files.path("large.ppm");
    const Json reading = run(130, folder, {large, fixture.a});
    REQUIRE(reading.size() == 2);
    CHECK(reading[0].has("error"));
    CHECK(reading[1].has("faces"));
    CHECK(fs::exists(folder + "a.png"));
    CHECK_FALSE(fs::exists(folder + "large.png"));
    const Json drawing = run(270, file, {large});
    CHECK(drawing[0].has("faces"));
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("detect: names that start with a dash, with commas, and that are not UTF-8") {
    const DetectFixture fixture;
    const std::vector<std::string> names = {"-dash.ppm", "with, \"quotes\".ppm", "latin\xe9.ppm",
                                            "new\nline.ppm"};
    for (const std::string& name : names) {
        CAPTURE(name);
        fixture.files.picture(name, fixture.first);
        ProgramOptions options;
        options.folder = fixture.files.folder();
        const ProgramResult after_dashes = fixture.run({"--format", "json", "--", name}, options);
        check_program(after_dashes, 0);
        CHECK(parse_json(after_dashes.out)["images"][0]["file"].string() == name);
        check_program(fixture.run({"./" + name}, options), 0);
        check_program(fixture.run({"-o", "./" + name + ".png", "./" + name}, options), 0);
        CHECK(fs::exists(fixture.files.path(name + ".png")));
    }
    ProgramOptions options;
    options.folder = fixture.files.folder();
    check_program(fixture.run({"-dash.ppm"}, options), 2, {"'-dash.ppm'", "'./-dash.ppm'"});
}

TEST_CASE("detect: a picture that is too large is refused from its header") {
    const DetectFixture fixture;
    check_program(fixture.run({"--max-pixels", "2744", fixture.a}), 3, {fixture.a, "61 x 45", "2744"});
    check_program(fixture.run({"--max-pixels", "2745", fixture.a}), 0);
    const std::string bomb = fixture.files.text("bomb.ppm", "P6\n20000 20000\n255\n");
    check_program(fixture.run({bomb}), 3, {bomb});
}

TEST_CASE("detect: a checkpoint that is no detector is exit code 4, an unreadable one 3") {
    const DetectFixture fixture;
    const std::string classifier = fixture.files.model("classifier.tar", "classifier");
    check_program(featherface({"detect", "-m", classifier, fixture.a}), 4,
                  {classifier, "is no face detector"});
    check_program(featherface({"detect", "-m", fixture.a, fixture.b}), 3, {fixture.a});
    check_program(featherface({"detect", "-m", fixture.files.path("none.pth"), fixture.a}), 3, {"none.pth"});
    const ProgramResult result =
        featherface({"detect", "-m", classifier, "-o", fixture.files.path("x.png"), fixture.a});
    check_program(result, 4);
    CHECK(result.out.empty());
    CHECK_FALSE(fs::exists(fixture.files.path("x.png")));
}

}  // namespace featherface::test
