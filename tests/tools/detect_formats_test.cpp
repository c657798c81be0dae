// What `featherface detect` writes is what the library finds, in every format.
#include <doctest/doctest.h>

#include <charconv>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tools/detect_fixture.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("detect: --format json is the library's faces bit for bit, with what model it was") {
    const DetectFixture fixture;
    const ProgramResult result = fixture.run({"--format", "json", fixture.a, fixture.b});
    check_program(result, 0);
    CHECK(result.err.empty());
    const Json json = parse_json(result.out);
    CHECK(json.keys == std::vector<std::string>{"schema", "model", "images"});
    CHECK(json["schema"].whole() == 1);
    CHECK(json["model"].keys == std::vector<std::string>{"name", "parameters", "sha256", "precision"});
    CHECK(json["model"]["precision"].string() == "float32");
    CHECK(json["model"]["name"].string() == "FeatherFace V2");
    CHECK(json["model"]["parameters"].whole() == 256'156);
    CHECK(json["model"]["sha256"].string() == Model::load(fixture.model)->sha256());
    REQUIRE(json["images"].size() == 2);
    check_image(json["images"][0], fixture.a, fixture.first, expected_faces(fixture.first));
    check_image(json["images"][1], fixture.b, fixture.second, expected_faces(fixture.second));
}

TEST_CASE("detect: --format jsonl is one image object per line") {
    const DetectFixture fixture;
    const ProgramResult result = fixture.run({"--format=jsonl", fixture.a, fixture.b});
    check_program(result, 0);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 2);
    check_image(parse_json(lines[0]), fixture.a, fixture.first, expected_faces(fixture.first));
    check_image(parse_json(lines[1]), fixture.b, fixture.second, expected_faces(fixture.second));
}

TEST_CASE("detect: --format csv has a header and one row per face, bit for bit") {
    const DetectFixture fixture;
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

TEST_CASE("detect: the text for people has a line per picture and a line per face") {
    const DetectFixture fixture;
    const ProgramResult result = fixture.run({fixture.a});
    check_program(result, 0);
    const auto faces = expected_faces(fixture.first);
    const auto lines = lines_of(result.out);
    REQUIRE(lines.size() == 1 + faces.size());
    CHECK(lines[0].starts_with(fixture.a + ": 61x45, " + std::to_string(faces.size()) + " face"));
    for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i].starts_with("  score 0."));
}

TEST_CASE("detect: --format widerface writes a file per picture, keeping folders, and nothing on stdout") {
    const DetectFixture fixture;
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

}  // namespace featherface::test
