// Landmarks beside labels; what is wrong with a file is said with the picture and the face.
#include "tools/eval/landmarks.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/files.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

using namespace tools;

namespace {

const std::string kEyes = R"("left_eye": [1, 2], "right_eye": [3, 4.5], "nose": [5, -6])",
                  kCorners = R"("mouth_left": [7, 8], "mouth_right": [9, 10])";

std::string face(const std::string& points) {
    return R"({"points": {)" + points + "}}";
}

struct Labels {
    TempDir folder;
    std::vector<LabelledPicture> pictures = {{.name = "a/1.jpg", .references = {{}, {}}},
                                             {.name = "b.jpg", .references = {{}}},
                                             {.name = "none.jpg", .references = {}}};
    Status add(const std::string& text) {
        write_file(folder / "landmarks.json", text);
        return add_landmarks(folder / "landmarks.json", pictures);
    }
};

}  // namespace

TEST_CASE("landmarks: a face for each label, null for one without, and pictures may be left out") {
    Labels labels;
    const Status status =
        labels.add(R"({"a/1.jpg": [null, )" + face(kEyes + ", " + kCorners) + R"(], "none.jpg": []})");
    REQUIRE_MESSAGE(status.ok(), status.message());
    CHECK_FALSE(labels.pictures[0].references[0].landmarks);
    CHECK(labels.pictures[0].references[1].landmarks ==
          Landmarks{{{1, 2}, {3, 4.5f}, {5, -6}, {7, 8}, {9, 10}}});
    CHECK_FALSE(labels.pictures[1].references[0].landmarks);
}

TEST_CASE("landmarks: a mouth of one point is both of its corners") {
    Labels labels;
    REQUIRE(labels.add(R"({"b.jpg": [)" + face(kEyes + R"(, "mouth": [7, 8])") + "]}").ok());
    CHECK(labels.pictures[1].references[0].landmarks ==
          Landmarks{{{1, 2}, {3, 4.5f}, {5, -6}, {7, 8}, {7, 8}}});
}

TEST_CASE("landmarks: what is wrong is said with the picture and the face") {
    const auto check = [](const std::string& text, std::initializer_list<std::string_view> words) {
        CAPTURE(text);
        Labels labels;
        const Status status = labels.add(text);
        check_refused(status, StatusCode::malformed, {"landmarks.json: "});
        check_refused(status, StatusCode::malformed, words);
    };
    const auto of_b = [](const std::string& face) { return R"({"b.jpg": [)" + face + "]}"; };
    check("{", {"no valid JSON", "byte 1"});
    check(of_b(face(R"("left_eye": [NaN, 2])")), {"no valid JSON", "byte 36"});
    check("[]", {"expected an object with lists of faces"});
    check(R"({"c.jpg": []})", {"'c.jpg' is not among the labels"});
    check(R"({"b.jpg": 3})", {"'b.jpg': expected a list of 1 face, as in the labels, found something else"});
    check(R"({"a/1.jpg": [null]})", {"'a/1.jpg': expected a list of 2 faces, as in the labels, found 1"});
    check(of_b("7"), {"'b.jpg', face 1: expected an object with 'points', or null"});
    check(of_b("{}"), {"'b.jpg', face 1: expected an object with 'points', or null"});
    check(of_b(face(kEyes)),
          {"'b.jpg', face 1, 'mouth_left': expected [x, y] in pixels, found nothing; a face "
           "without landmarks is null"});
    check(of_b(face(R"("left_eye": [1])")), {"face 1, 'left_eye'", "found something else"});
    check(of_b(face(R"("left_eye": [1, 2, 3])")), {"face 1, 'left_eye'", "found something else"});
    check(of_b(face(R"("left_eye": [1, "2"])")), {"face 1, 'left_eye'", "found something else"});
    check(of_b(face(R"("left_eye": [1, 1e300])")), {"face 1, 'left_eye'", "found something else"});
    Labels labels;
    check_refused(add_landmarks(labels.folder / "absent.json", labels.pictures), StatusCode::io_error,
                  {"absent.json"});
}

}  // namespace featherface::test
