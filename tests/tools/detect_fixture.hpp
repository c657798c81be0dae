// A seeded V2 and two pictures for tests of `featherface detect`, and what it must find in them.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "featherface/featherface.hpp"
#include "support/json.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

// Low enough for the seeded networks to find faces.
inline constexpr float kLow = 0.02f;

inline std::vector<Face> expected_faces(const Image& image,
                                        DetectorOptions options = {.score_threshold = kLow}) {
    auto detector = Detector::create(seeded_model("v2"), options);
    REQUIRE(detector.ok());
    auto faces = detector->detect(image.view());
    REQUIRE(faces.ok());
    REQUIRE_FALSE(faces->empty());
    return faces.value();
}

// A seeded V2, two pictures, and the program called on them.
struct DetectFixture {
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

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Checks that the face is equal to the last bit.
inline void check_face(const Json& json, const Face& face) {
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

inline void check_image(const Json& json, const std::string& file, const Image& image,
                        const std::vector<Face>& faces) {
    CHECK(json.keys == std::vector<std::string>{"file", "width", "height", "scales", "faces", "ms"});
    CHECK(json["file"].string() == file);
    CHECK(json["width"].whole() == image.width);
    CHECK(json["height"].whole() == image.height);
    REQUIRE(json["scales"].size() == 1);
    CHECK(json["scales"][0].number() == 1);
    REQUIRE(json["faces"].size() == faces.size());
    for (std::size_t i = 0; i < faces.size(); ++i) check_face(json["faces"][i], faces[i]);
    CHECK(json["ms"].keys == std::vector<std::string>{"decode", "network", "post"});
    for (const std::string& part : json["ms"].keys) CHECK(json["ms"][part].number() >= 0);
}

inline Image read(const std::filesystem::path& path) {
    const auto image = read_image(path);
    REQUIRE_MESSAGE(image.ok(), image.status().message());
    return image.value();
}

}  // namespace featherface::test
