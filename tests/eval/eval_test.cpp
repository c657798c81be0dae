// `featherface eval` on seeded networks: what it says of a model judged by its own faces, by others' and by
// labels.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/detect/turn.hpp"
#include "featherface/detector.hpp"
#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/json.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace {

// Low enough for the seeded networks to find faces.
const std::string kLow = "0.02";

// Seeded networks and a folder with two pictures.
struct Fixture {
    ProgramFiles files;
    std::string v1 = files.model("v1.pth", "v1"), v2 = files.model("v2.pth", "v2");
    Image first = noise(61, 45), second = noise(33, 50);
    std::string images =
        (std::filesystem::create_directories(files.folder() / "images/b"), files.path("images"));
    std::string a = files.picture("images/a_1.ppm", first), b = files.picture("images/b/b_2.ppm", second);

    ProgramResult run(const std::vector<std::string>& arguments) const {
        std::vector<std::string> all = {"eval", "-m", v2, "--images", images, "--score", kLow};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return featherface(all);
    }

    Json json(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--format", "json"});
        const ProgramResult result = run(arguments);
        check_program(result, 0);
        return parse_json(result.out);
    }

    std::vector<Face> faces(const Image& image) const {
        auto detector = Detector::create(seeded_model("v2"), {.score_threshold = 0.02f});
        REQUIRE(detector.ok());
        auto faces = detector->detect(image.view());
        REQUIRE(faces.ok());
        REQUIRE(faces->size() >= 2);
        return faces.value();
    }
};

const Json& row(const Json& report, const std::string& name) {
    for (const Json& each : report["figures"].items) {
        if (each["name"].string() == name) return each;
    }
    FAIL("no row called " << name);
    return report;
}

std::string label_of(const Face& face) {
    const auto& [x1, y1, x2, y2] = face.box;
    std::string line;
    for (const float number : {x1, y1, x2 - x1, y2 - y1}) line += std::to_string(number) + " ";
    return line + "0 0 0 0 0 0\n";
}

std::string labels_of(const std::vector<Face>& faces) {
    std::string text = "a_1.ppm\n" + std::to_string(faces.size()) + "\n";
    for (const Face& face : faces) text += label_of(face);
    return text;
}

// The landmarks of all faces but the last, "name": [x, y] each.
std::string landmarks_of(const std::vector<Face>& faces) {
    constexpr std::array kNames = {"left_eye", "right_eye", "nose", "mouth_left", "mouth_right"};
    std::string text = "{\"a_1.ppm\": [";
    for (auto face = faces.begin(); face + 1 != faces.end(); ++face) {
        const char* before = "{\"points\": {";
        for (std::size_t i = 0; i < kNames.size(); ++i, before = ", ") {
            const auto& [x, y] = face->landmarks[i];
            text.append(before).append("\"").append(kNames[i]).append("\": [").append(std::to_string(x));
            text.append(", ").append(std::to_string(y)).append("]");
        }
        text += "}}, ";
    }
    return text + "null]}";
}

}  // namespace

TEST_CASE("eval: a model finds its own faces, all of them, with no landmark off") {
    const Fixture f;
    const Json report = f.json({"--reference", f.v2});
    const Json& all = row(report, "all");
    const std::size_t faces = f.faces(f.first).size() + f.faces(f.second).size();
    CHECK(report["pictures"].whole() == 2);
    CHECK(report["failed"].whole() == 0);
    CHECK(static_cast<std::size_t>(all["references"].whole()) == faces);
    CHECK(static_cast<std::size_t>(all["hits"].whole()) == faces);
    for (const char* figure : {"precision", "recall", "f1", "ap", "best_f1"})
        CHECK(all[figure].number() == 1.0f);
    CHECK(all["landmark_error"].number() == 0.0f);
    CHECK(report["model"]["name"].string() == "FeatherFace V2");
    CHECK(report["reference"]["sha256"].string() == report["model"]["sha256"].string());
}

TEST_CASE("eval: the sizes, and the kinds of picture, add up to all") {
    const Fixture f;
    const Json report = f.json({"--reference", f.v1, "--kinds"});
    for (const std::string group : {"size", "kind"}) {
        CAPTURE(group);
        for (const char* count : {"references", "faces", "hits"}) {
            long sum = 0;
            for (const Json& each : report["figures"].items)
                sum += each["group"].string() == group ? each[count].whole() : 0;
            CHECK(sum == row(report, "all")[count].whole());
        }
    }
    CHECK(row(report, "all")["references"].whole() > 0);
    CHECK(row(report, "a")["group"].string() == "kind");
    CHECK(row(report, "b")["group"].string() == "kind");
}

TEST_CASE("eval: labels that a model finds make precision and recall of 1; those of a subset count alone") {
    const Fixture f;
    const auto faces = f.faces(f.first);
    const std::string labels = f.files.text("labels.txt", labels_of(faces));
    const std::string easy = f.files.text("easy.txt", "a_1.ppm\n1\n1\n"),
                      none = f.files.text("none.txt", "a_1.ppm\n0\n");
    const Json report = f.json({"--labels", labels, "--easy", easy, "--hard", none});
    CHECK(report["labels"].string() == labels);
    CHECK(report["pictures"].whole() == 1);  // b has no labels
    CHECK(row(report, "all")["f1"].number() == 1.0f);
    CHECK(row(report, "easy")["references"].whole() == 1);
    CHECK(row(report, "easy")["faces"].whole() == 1);
    CHECK(row(report, "easy")["f1"].number() == 1.0f);
    CHECK(row(report, "hard")["references"].whole() == 0);
    CHECK_FALSE(row(report, "hard").has("f1"));
}

TEST_CASE("eval: nothing is said of landmarks where labels have none, as a table or as JSON") {
    const Fixture f;
    const auto faces = f.faces(f.first);
    const std::string labels = f.files.text("labels.txt", "a_1.ppm\n1\n" + label_of(faces.front()));
    const Json report = f.json({"--labels", labels});
    REQUIRE(row(report, "all")["hits"].whole() == 1);
    for (const Json& each : report["figures"].items) CHECK_FALSE(each.has("landmark_error"));
    const ProgramResult table = f.run({"--labels", labels});
    check_program(table, 0);
    CHECK(table.out.find("landmarks") == std::string::npos);
    CHECK(f.run({"--reference", f.v2}).out.find("landmarks") != std::string::npos);
}

TEST_CASE("eval: labels with landmarks, in JSON beside them or in label.txt, have their error told") {
    const Fixture f;
    const auto faces = f.faces(f.first);
    const std::string labels = f.files.text("labels.txt", labels_of(faces)),
                      landmarks = f.files.text("landmarks.json", landmarks_of(faces));
    const Json beside = f.json({"--labels", labels, "--landmarks", landmarks});
    CHECK(row(beside, "all")["hits"].whole() == static_cast<long>(faces.size()));
    CHECK(row(beside, "all")["landmark_error"].number() <= 1e-6f);
    CHECK(f.run({"--labels", labels, "--landmarks", landmarks}).out.find("landmarks") != std::string::npos);

    // All points of one face are a tenth of its width off.
    const auto& [x1, y1, x2, y2] = faces.front().box;
    std::string text = "# a_1.ppm\n";
    for (const float number : {x1, y1, x2 - x1, y2 - y1}) text += std::to_string(number) + " ";
    bool all_inside = true;
    for (const auto& [x, y] : faces.front().landmarks) {
        all_inside = all_inside && x >= 0 && y >= 0;
        text += std::to_string(x + (x2 - x1) / 10) + " " + std::to_string(y) + " 0 ";
    }
    REQUIRE(all_inside);
    const Json inside = f.json({"--labels", f.files.text("label.txt", text + "0.9\n")});
    CHECK(row(inside, "all")["hits"].whole() == 1);
    CHECK(row(inside, "all")["landmark_error"].number() == doctest::Approx(0.1).epsilon(1e-4));
}

TEST_CASE("eval: a model finds a grey picture's faces again in grey, and not all of a coloured one's") {
    const Fixture f;
    Image grey = f.first;
    for (std::size_t i = 0; i < grey.pixels.size(); i += 3)
        std::fill_n(grey.pixels.begin() + static_cast<long>(i), 3, grey.pixels[i]);
    std::filesystem::create_directories(f.files.folder() / "grey");
    f.files.picture("grey/a_1.ppm", grey);
    const Json same = f.json({"--images", f.files.path("grey"), "--reference", f.v2, "--variant", "grey"});
    CHECK(row(same, "all")["recall"].number() == 1.0f);
    CHECK(row(same, "all")["landmark_error"].number() == 0.0f);
    CHECK(same["variant"].string() == "grey");
    const Json other = f.json({"--reference", f.v2, "--variant", "grey"});
    CHECK(row(other, "all")["recall"].number() < 1.0f);
    CHECK(row(other, "all")["references"].whole() ==
          row(f.json({"--reference", f.v2}), "all")["references"].whole());
}

TEST_CASE("eval: the references turn with the picture, boxes and landmarks") {
    const Fixture f;
    for (const int quarters : {1, 2}) {
        CAPTURE(quarters);
        auto faces = f.faces(engine::turned(f.first.view(), quarters));
        for (Face& face : faces) face = engine::turned_back(face, quarters, f.first.width, f.first.height);
        const std::string labels = f.files.text("labels.txt", labels_of(faces)),
                          landmarks = f.files.text("landmarks.json", landmarks_of(faces)),
                          variant = "turned=" + std::to_string(90 * quarters);
        const Json turned = f.json({"--labels", labels, "--landmarks", landmarks, "--variant", variant});
        CHECK(row(turned, "all")["f1"].number() == 1.0f);
        CHECK(row(turned, "all")["landmark_error"].number() <= 1e-5f);
        CHECK(row(f.json({"--labels", labels}), "all")["f1"].number() < 1.0f);
        const ProgramResult table = f.run({"--labels", labels, "--variant", variant});
        CHECK(table.out.find("faces above 0.02, " + variant + "\n") != std::string::npos);
    }
}

TEST_CASE("eval: twice the size as a variant is twice the size by --side, on top of which variants come") {
    const Fixture f;
    const std::string labels = f.files.text("labels.txt", labels_of(f.faces(f.first)));
    const auto table = [&](const std::vector<std::string>& options) {
        std::vector<std::string> all = {"--labels", labels};
        all.insert(all.end(), options.begin(), options.end());
        const std::string text = f.run(all).out;
        return text.substr(0, text.find("\n1 pictures"));
    };
    CHECK(table({"--side", "122"}) == table({"--variant", "enlarged=2"}));
    CHECK(table({"--side", "122"}) == table({"--side", "61", "--variant", "enlarged=2"}));
    CHECK(table({"--side", "122"}) != table({}));
}

TEST_CASE("eval: --side resizes the pictures and the labels with them") {
    const Fixture f;
    const std::string labels = f.files.text("labels.txt", "a_1.ppm\n1\n0 0 30 30\n");
    const Json as_is = f.json({"--labels", labels}), twice = f.json({"--labels", labels, "--side", "122"});
    CHECK(row(as_is, "16-32 px")["references"].whole() == 1);
    CHECK(row(twice, "32-64 px")["references"].whole() == 1);
    CHECK(twice["side"].whole() == 122);
    CHECK_FALSE(as_is.has("side"));
    CHECK(f.run({"--reference", f.v1, "--side", "61"}).out !=
          f.run({"--reference", f.v1, "--side", "64"}).out);
}

TEST_CASE("eval: --side decodes no more of a JPEG than it needs, as detect does") {
    const Fixture f;
    const ByteString jpeg = make_jpeg({.width = 256, .height = 192, .grey = [](int x, int y) {
                                           return (x * 37 + y * 91 + x * y * 13) % 256;
                                       }});
    const Image whole = decoded(jpeg);
    const int side = std::max(whole.width, whole.height) / 4;
    const Image small = decode(jpeg, {.needed_side = side}).value();
    REQUIRE(std::max(small.width, small.height) == side);
    const std::string wanted = std::to_string(side);
    for (const char* folder : {"jpeg", "pnm"}) std::filesystem::create_directories(f.files.folder() / folder);
    f.files.text("jpeg/a_1.ppm", std::string(jpeg));
    Image pixels = small;
    pixels.full_width = pixels.full_height = 0;
    f.files.picture("pnm/a_1.ppm", pixels);
    const auto figures = [&](const std::string& folder, const std::string& labels) {
        const std::string file = f.files.text("labels.txt", "a_1.ppm\n1\n" + labels);
        return f.run({"--images", f.files.path(folder), "--labels", file, "--side", wanted}).out;
    };
    const std::string table = figures("jpeg", "16 16 64 64\n");
    CHECK(table == figures("pnm", "4 4 16 16\n"));
    CHECK(table.find("highest F1") != std::string::npos);
}

TEST_CASE("eval: the table has a line for each row and tells the best threshold") {
    const Fixture f;
    const ProgramResult result = f.run({"--reference", f.v2});
    check_program(result, 0);
    for (const std::string words :
         {"references", "precision", "\nall ", "\n16-32 px ", "1.0000",
          "2 pictures, IoU 0.5, faces above 0.02\n", "highest F1 over all: 1.0000, for faces above 0."})
        CHECK_MESSAGE(result.out.find(words) != std::string::npos, words << " is not in: " << result.out);
}

TEST_CASE("eval: a picture that cannot be read is told, the others are judged, and the exit code is 3") {
    const Fixture f;
    f.files.text("images/c_3.jpg", "not a picture");
    const ProgramResult result = f.run({"--reference", f.v2, "--format", "json"});
    check_program(result, 3, {"c_3.jpg", "1 of 3 pictures failed"});
    CHECK(parse_json(result.out)["pictures"].whole() == 2);
    CHECK(parse_json(result.out)["failed"].whole() == 1);
    check_program(f.run({"--reference", f.v2, "--max-pixels", "1"}), 3, {"a_1.ppm", "at most 1 pixel"});

    const std::string labels = f.files.text("labels.txt", "a_1.ppm\n0\nmissing.jpg\n0\n");
    check_program(f.run({"--labels", labels}), 3, {"missing.jpg"});

    f.files.picture("images/long.ppm", noise(60'000, 1));
    check_program(f.run({"--reference", f.v2, "--variant", "turned=45"}), 3,
                  {"long.ppm: changed by --variant", "42428 x 42428"});
}

TEST_CASE("eval: what is missing, contradicts itself or is no detector ends it before any picture") {
    const Fixture f;
    const std::string labels = f.files.text("labels.txt", "a_1.ppm\n0\n"),
                      bad = f.files.text("bad.txt", "a_1.ppm\nx\n");
    const std::string classifier = f.files.model("c.tar", "classifier");
    check_program(featherface({"eval", "-m", f.v2, "--reference", f.v1}), 2, {"--images DIR"});
    check_program(featherface({"eval", "--images", f.images, "--reference", f.v1}), 2, {"-m MODEL"});
    check_program(f.run({}), 2, {"either --labels FILE or --reference MODEL2"});
    check_program(f.run({"--labels", labels, "--reference", f.v1}), 2, {"either"});
    check_program(f.run({"--reference", f.v1, "--easy", labels}), 2, {"need --labels"});
    check_program(f.run({"--reference", f.v1, "--landmarks", labels}), 2, {"--landmarks", "need --labels"});
    check_program(f.run({"--reference", f.v1, "--variant", "gray"}), 2,
                  {"--variant: 'gray' is none", "grey"});
    check_program(f.run({"--labels", labels, "--landmarks", bad}), 3, {"bad.txt: no valid JSON"});
    check_program(f.run({"--reference", f.v1, "--iou", "0"}), 2, {"--iou must be above 0"});
    check_program(f.run({"--reference", f.v1, "picture.jpg"}), 2, {"picture.jpg", "--images"});
    check_program(f.run({"--reference", classifier}), 4, {"c.tar"});
    check_program(f.run({"--reference", f.files.path("none.pth")}), 3, {"none.pth"});
    check_program(f.run({"--labels", bad}), 3, {"bad.txt, line 2"});
    check_program(featherface({"eval", "-m", f.v2, "--images", f.files.path("none"), "--reference", f.v1}), 3,
                  {"none", "no such folder"});
}

TEST_CASE("eval: --scales is the judged model's, not the reference's") {
    const Fixture fixture;
    const Json same = row(fixture.json({"--reference", fixture.v2}), "all");
    CHECK(same["hits"].whole() == same["references"].whole());
    const Json halved = row(fixture.json({"--reference", fixture.v2, "--scales", "0.5"}), "all");
    CHECK(halved["references"].whole() == same["references"].whole());
    CHECK(halved["hits"].whole() < same["hits"].whole());
    check_program(fixture.run({"--reference", fixture.v2, "--scales", "3"}), 2, {"--scales", "'3'"});
}

}  // namespace featherface::test
