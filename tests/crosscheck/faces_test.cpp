#include "tools/crosscheck/faces.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>

namespace featherface::tools {
namespace {

Face face_at(float x, float y, float side, float score) {
    Face face{{x, y, x + side, y + side}, score, {}};
    for (auto& point : face.landmarks) point = {x + side / 2, y + side / 2};
    return face;
}

TEST_CASE("faces: equal lists match one to one") {
    const std::vector<float> rows = face_rows({face_at(10, 20, 50, 0.9f), face_at(200, 20, 40, 0.8f)});
    CHECK(face_rows_shape(rows) == TensorShape{2, 15});
    CHECK(rows[4] == 0.9f);
    CHECK(rows[5] == 35);
    const FaceMatch match = match_faces(rows, rows);
    CHECK(match.agrees());
    CHECK(match.matched == 2);
    CHECK(match.text() == "2 of 2 faces match");
    CHECK(match_faces({}, {}).agrees());
}

TEST_CASE("faces: a box, score or landmark elsewhere, or a face too many, is told") {
    const std::vector<Face> reference = {face_at(10, 20, 50, 0.9f), face_at(200, 20, 40, 0.8f)};
    const std::vector<float> b = face_rows(reference);
    std::vector<std::vector<Face>> others(5, reference);
    others[0][1].box[0] += 1;
    others[1][1].score += 2e-4f;
    others[2][1].landmarks[4][1] += 0.1f;
    others[3].push_back(face_at(400, 400, 30, 0.5f));
    others[4].pop_back();
    for (const auto& other : others) CHECK_FALSE(match_faces(face_rows(other), b).agrees());
    CHECK(match_faces(face_rows(others[3]), b).text() == "2 of 2 faces match, 3 found");
    others[0] = reference;
    others[0][1].score = std::numeric_limits<float>::quiet_NaN();
    CHECK_FALSE(match_faces(face_rows(others[0]), b).agrees());
}

TEST_CASE(
    "faces: two of the same score may change places, two of different scores may not be taken for each "
    "other") {
    const Face first = face_at(10, 20, 50, 0.70004f), second = face_at(200, 20, 40, 0.7f);
    CHECK(match_faces(face_rows({first, second}), face_rows({second, first})).agrees());
}

TEST_CASE("faces: one that just missed the score threshold is a near-tie, one well above it is missing") {
    const Face sure = face_at(10, 20, 50, 0.9f);
    const FaceMatch near = match_faces(face_rows({sure, face_at(200, 20, 40, 0.02005f)}), face_rows({sure}));
    CHECK(near.agrees());
    CHECK(near.near_ties == 1);
    CHECK_FALSE(match_faces(face_rows({sure, face_at(200, 20, 40, 0.03f)}), face_rows({sure})).agrees());
}

TEST_CASE("faces: one whose overlap just met the threshold of suppression is a near-tie") {
    // Sides of 99 are 100 with the added pixel: shifted by s, the overlap is (100 - s) / (100 + s).
    const Face sure = face_at(0, 0, 99, 0.9f);
    const float at_threshold = 100 * (1 - 0.4f) / (1 + 0.4f);
    const Face near = face_at(at_threshold, 0, 99, 0.5f), clear = face_at(at_threshold - 5, 0, 99, 0.5f);
    CHECK(match_faces(face_rows({sure, near}), face_rows({sure})).agrees());
    CHECK(match_faces(face_rows({sure}), face_rows({sure, near})).agrees());
    CHECK_FALSE(match_faces(face_rows({sure, clear}), face_rows({sure})).agrees());
}

TEST_CASE("faces: the list's end is a threshold as well when it is full") {
    std::vector<Face> faces;
    for (int i = 0; i < 750; ++i) faces.push_back(face_at(100.0f * static_cast<float>(i), 0, 50, 0.5f));
    std::vector<Face> other = faces;
    other.back() = face_at(0, 5000, 50, 0.49995f);
    CHECK(match_faces(face_rows(other), face_rows(faces)).agrees());
    other.back().score = faces.back().score = 0.4f;
    other[0] = face_at(0, 9000, 50, 0.6f);
    CHECK_FALSE(match_faces(face_rows(other), face_rows(faces)).agrees());
}

}  // namespace
}  // namespace featherface::tools
