// `featherface detect` on seeded networks: what it writes is what the library finds, in every format.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "featherface/featherface.hpp"
#include "support/jpeg_writer.hpp"
#include "support/json.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

// Low enough for the seeded networks to find faces.
constexpr float kLow = 0.02f;

std::vector<Face> expected_faces(const Image& image, DetectorOptions options = {.score_threshold = kLow}) {
    auto detector = Detector::create(seeded_model("v2"), options);
    REQUIRE(detector.ok());
    auto faces = detector->detect(image.view());
    REQUIRE(faces.ok());
    REQUIRE_FALSE(faces->empty());
    return faces.value();
}

// A seeded V2, two pictures, and the program called on them.
struct Fixture {
    ProgramFiles files;
    std::string model = files.model("v2.pth", "v2");
    Image first = noise(61, 45), second = noise(33, 50);
    std::string a = files.picture("a.ppm", first), b = files.picture("b.ppm", second);

    ProgramResult run(std::vector<std::string> arguments, const ProgramOptions& options = {}) const {
        std::vector<std::string> all = {"detect", "-m", model, "--score", "0.02"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return featherface(all, options);
    }
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Equal to the last bit.
void check_face(const Json& json, const Face& face) {
    CHECK(json.keys == std::vector<std::string>{"box", "score", "landmarks"});
    REQUIRE(json["box"].size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(json["box"][i].number() == face.box[i]);
    CHECK(json["score"].number() == face.score);
    const std::vector<std::string> names = {"left_eye", "right_eye", "nose", "mouth_left", "mouth_right"};
    CHECK(json["landmarks"].keys == names);
    for (std::size_t i = 0; i < 5; ++i) {
        REQUIRE(json["landmarks"][names[i]].size() == 2);
        for (std::size_t axis = 0; axis < 2; ++axis) {
            CHECK(json["landmarks"][names[i]][axis].number() == face.landmarks[i][axis]);
        }
    }
}

void check_image(const Json& json, const std::string& file, const Image& image,
                 const std::vector<Face>& faces) {
    CHECK(json.keys == std::vector<std::string>{"file", "width", "height", "faces", "ms"});
    CHECK(json["file"].string() == file);
    CHECK(json["width"].whole() == image.width);
    CHECK(json["height"].whole() == image.height);
    REQUIRE(json["faces"].size() == faces.size());
    for (std::size_t i = 0; i < faces.size(); ++i) check_face(json["faces"][i], faces[i]);
    CHECK(json["ms"].keys == std::vector<std::string>{"decode", "network", "post"});
    for (const std::string& part : json["ms"].keys) CHECK(json["ms"][part].number() >= 0);
}

Image read(const fs::path& path) {
    const auto image = read_image(path);
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    return image.value();
}

}  // namespace

TEST_CASE(
    "detect: --format json is the library's faces bit for bit, with the model's name, parameters and hash") {
    const Fixture fixture;
    const ProgramResult result = fixture.run({"--format", "json", fixture.a, fixture.b});
    check_program(result, 0);
    CHECK(result.err.empty());
    const Json json = parse_json(result.out);
    CHECK(json.keys == std::vector<std::string>{"schema", "model", "images"});
    CHECK(json["schema"].whole() == 1);
    CHECK(json["model"].keys == std::vector<std::string>{"name", "parameters", "sha256"});
    CHECK(json["model"]["name"].string() == "FeatherFace V2");
    CHECK(json["model"]["parameters"].whole() == 256'156);
    CHECK(json["model"]["sha256"].string() == Model::load(fixture.model)->sha256());
    REQUIRE(json["images"].size() == 2);
    check_image(json["images"][0], fixture.a, fixture.first, expected_faces(fixture.first));
    check_image(json["images"][1], fixture.b, fixture.second, expected_faces(fixture.second));
}

TEST_CASE("detect: --format jsonl is one image object a line") {
    const Fixture fixture;
    const ProgramResult result = fixture.run({"--format=jsonl", fixture.a, fixture.b});
    check_program(result, 0);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 2);
    check_image(parse_json(lines[0]), fixture.a, fixture.first, expected_faces(fixture.first));
    check_image(parse_json(lines[1]), fixture.b, fixture.second, expected_faces(fixture.second));
}

TEST_CASE("detect: --format csv has a header and one row a face, bit for bit") {
    const Fixture fixture;
    const ProgramResult result = fixture.run({"--format", "csv", fixture.a});
    check_program(result, 0);
    const auto faces = expected_faces(fixture.first);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 1 + faces.size());
    CHECK(lines[0] ==
          "file,x1,y1,x2,y2,score,left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,nose_y,mouth_left_x,"
          "mouth_left_y,mouth_right_x,mouth_right_y");
    for (std::size_t i = 0; i < faces.size(); ++i) {
        std::istringstream row(lines[i + 1]);
        std::string field;
        std::getline(row, field, ',');
        CHECK(field == fixture.a);
        std::vector<float> expected(faces[i].box.begin(), faces[i].box.end());
        expected.push_back(faces[i].score);
        for (const auto& point : faces[i].landmarks)
            expected.insert(expected.end(), point.begin(), point.end());
        std::vector<float> found;
        while (std::getline(row, field, ',')) {
            float value = 0;
            REQUIRE(std::from_chars(field.data(), field.data() + field.size(), value).ptr ==
                    field.data() + field.size());
            found.push_back(value);
        }
        CHECK(found == expected);
    }
}

TEST_CASE("detect: the text for people has a line a picture and a line a face") {
    const Fixture fixture;
    const ProgramResult result = fixture.run({fixture.a});
    check_program(result, 0);
    const auto faces = expected_faces(fixture.first);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 1 + faces.size());
    CHECK(lines[0].starts_with(fixture.a + ": 61x45, " + std::to_string(faces.size()) + " face"));
    for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i].starts_with("  score 0."));
}

TEST_CASE("detect: --format widerface writes a file a picture, keeping folders, and nothing on stdout") {
    const Fixture fixture;
    const std::string deep = fixture.files.picture("set/0--Parade/0_Parade_7.jpg", fixture.first);
    const ProgramResult result = fixture.run(
        {"--format", "widerface", "-o", fixture.files.path("out"), fixture.files.path("set"), fixture.b});
    check_program(result, 0);
    CHECK(result.out.empty());
    const auto faces = expected_faces(fixture.first);
    std::istringstream file([&] {
        const auto bytes = read_file(fixture.files.path("out/0--Parade/0_Parade_7.txt"));
        return std::string(bytes.begin(), bytes.end());
    }());
    std::string name;
    std::size_t count = 0;
    file >> name >> count;
    CHECK(name == "0_Parade_7");
    REQUIRE(count == faces.size());
    for (const Face& face : faces) {
        int x = 0, y = 0, w = 0, h = 0;
        std::string score;
        file >> x >> y >> w >> h >> score;
        CHECK(x == static_cast<int>(face.box[0]));
        CHECK(y == static_cast<int>(face.box[1]));
        CHECK(w == static_cast<int>(face.box[2]) - x);
        CHECK(h == static_cast<int>(face.box[3]) - y);
        float value = 0;
        std::from_chars(score.data(), score.data() + score.size(), value);
        CHECK(value == face.score);
    }
    CHECK(fs::exists(fixture.files.path("out/b.txt")));
    check_program(fixture.run({"--format", "widerface", fixture.a}), 2, {"widerface", "-o FOLDER"});
}

TEST_CASE("detect: options reach the detector") {
    const Fixture fixture;
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
    check_same(faces_with({"--keep", "3"}), {.score_threshold = kLow, .keep = 3});
    check_same(faces_with({"--top-k", "2"}), {.score_threshold = kLow, .top_k = 2});
    check_same(faces_with({"--nms", "0.9"}), {.score_threshold = kLow, .nms_threshold = 0.9f});
    check_same(faces_with({"--threads", "3"}), {.score_threshold = kLow, .threads = 3});
    CHECK(faces_with({"--nms", "0.9"}).size() > all);
    CHECK(faces_with({"--score", "1"}).empty());  // strictly above
}

TEST_CASE("detect: no faces is no error") {
    const Fixture fixture;
    const ProgramResult result = fixture.run({"--score", "1", fixture.a});
    check_program(result, 0);
    CHECK(result.out.starts_with(fixture.a + ": 61x45, no faces, "));
    const Json json = parse_json(fixture.run({"--score", "1", "--format", "json", fixture.a}).out);
    CHECK(json["images"][0]["faces"].size() == 0);
}

TEST_CASE("detect: --max-side shrinks larger pictures, says so, and gives boxes of the original") {
    const Fixture fixture;
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

TEST_CASE("detect: '-' is a picture on standard input") {
    const Fixture fixture;
    ProgramOptions options;
    const auto bytes = read_file(fixture.a);
    options.stdin_text.assign(bytes.begin(), bytes.end());
    const ProgramResult result = fixture.run({"--format", "jsonl", "-"}, options);
    check_program(result, 0);
    check_image(parse_json(result.out), "-", fixture.first, expected_faces(fixture.first));

    check_program(fixture.run({"-"}), 3, {"standard input"});
    ProgramOptions closed;
    closed.stdin_closed = true;
    check_program(fixture.run({"-"}, closed), 3, {"standard input", "cannot read"});
    options.stdin_text = "P5\n1 1\n255\n" + std::string((1 << 20) + 100, 'x');
    check_program(fixture.run({"--max-pixels", "4", "-"}, options), 3, {"standard input", "more than"});
}

TEST_CASE("detect: a folder stands for its pictures in order of name") {
    const Fixture fixture;
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
    const Fixture fixture;
    fs::create_directory(fixture.files.path("empty"));
    const ProgramResult result = fixture.run({"--format", "json", fixture.files.path("empty"), fixture.a});
    check_program(result, 3, {fixture.files.path("empty"), "no picture in this folder"});
    CHECK(parse_json(result.out)["images"].size() == 1);
    const ProgramResult alone = fixture.run({"--format", "json", fixture.files.path("empty")});
    check_program(alone, 3, {"no picture in this folder"});
    CHECK(parse_json(alone.out)["images"].size() == 0);
}

TEST_CASE("detect: a bad file among many is reported, the rest still run, and the exit code is 3") {
    const Fixture fixture;
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

TEST_CASE("detect: -o draws one picture to a PNG or PPM file") {
    const Fixture fixture;
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
    check_program(fixture.run({"-o", fixture.files.path("out.jpg"), fixture.a}), 2,
                  {"out.jpg", ".png", ".ppm"});
}

TEST_CASE("detect: -o draws several pictures into a folder, made where there is none") {
    const Fixture fixture;
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
    const Fixture fixture;
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
    const Fixture fixture;
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
    const Fixture fixture;
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
    const Fixture fixture;
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

TEST_CASE("detect: standard input that is no picture is refused from its beginning, however long it is") {
    const Fixture fixture;
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
    const Fixture fixture;
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
    const Fixture fixture;
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 10'000}, std::pair{10'000, 1}}) {
        const Image image = noise(width, height);
        const std::string file = fixture.files.picture("thin.ppm", image);
        const ProgramResult result = fixture.run({"--format", "json", file});
        check_program(result, 0);
        check_image(parse_json(result.out)["images"][0], file, image, expected_faces(image));
    }
}

TEST_CASE("detect: memory that runs out fails one picture's reading, or its drawing, and nothing else" *
          doctest::skip(kSanitized)) {  // a sanitizer needs address space itself
    const Fixture fixture;
    // 48 million pixels: 48 MB of file, 144 MB of picture, and as much again to write it.
    const std::string large = fixture.files.text("large.pgm", "P5\n8000 6000\n255\n");
    fs::resize_file(large, fs::file_size(large) + std::size_t{8000} * 6000);
    const std::string out = fixture.files.path("out/");
    const auto run = [&](std::size_t megabytes, int expected) {
        const ProgramOptions options{.memory_limit = megabytes << 20};
        const ProgramResult result = fixture.run(
            {"--threads", "1", "--max-side", "50", "--format", "json", "-o", out, large, fixture.a}, options);
        check_program(result, expected, {large, "not enough memory"});
        const Json images = parse_json(result.out)["images"];
        REQUIRE(images.size() == 2);
        CHECK(images[0].has("faces") == (expected == 6));
        CHECK(images[0].has("error") == (expected == 3));
        CHECK(images[1].has("faces"));
        CHECK(fs::exists(out + "a.png"));
        CHECK_FALSE(fs::exists(out + "large.png"));
    };
    run(130, 3);
    run(270, 6);
}

TEST_CASE("detect: names that start with a dash, with commas, and that are not UTF-8") {
    const Fixture fixture;
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
    const Fixture fixture;
    check_program(fixture.run({"--max-pixels", "2744", fixture.a}), 3, {fixture.a, "61 x 45", "2744"});
    check_program(fixture.run({"--max-pixels", "2745", fixture.a}), 0);
    const std::string bomb = fixture.files.text("bomb.ppm", "P6\n20000 20000\n255\n");
    check_program(fixture.run({bomb}), 3, {bomb});
}

TEST_CASE("detect: a checkpoint that is no detector is exit code 4, an unreadable one 3") {
    const Fixture fixture;
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
