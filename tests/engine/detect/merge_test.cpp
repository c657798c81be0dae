// Merging what was seen at several sizes: one box per face, and nothing small is lost.
#include "engine/detect/merge.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace featherface::test {

namespace {

using engine::Sighting;

constexpr float kNms = 0.4f;

// A square face with eyes, nose and mouth in the middle of it.
Face face_at(float x, float y, float side, float score) {
    Face face{{x, y, x + side, y + side}, score, {}};
    const float left = x + side * 0.3f, right = x + side * 0.7f, top = y + side * 0.35f,
                bottom = y + side * 0.75f;
    face.landmarks = {
        {{left, top}, {right, top}, {x + side / 2, y + side / 2}, {left, bottom}, {right, bottom}}};
    return face;
}

std::vector<float> scores(const std::vector<Face>& faces) {
    std::vector<float> found;
    for (const Face& face : faces) found.push_back(face.score);
    return found;
}

std::vector<float> merged(const std::vector<Sighting>& sightings) {
    std::vector<Face> faces;
    engine::Merger().merge(sightings, kNms, faces);
    return scores(faces);
}

}  // namespace

TEST_CASE("merge: a single sighting is returned as it is") {
    const Face a = face_at(0, 0, 900, 0.6f), b = face_at(10, 10, 800, 0.9f);  // neither in order nor apart
    CHECK(merged({{1, {a, b}}}) == std::vector<float>{0.6f, 0.9f});
    CHECK(merged({{1, {}}}).empty());
    CHECK(merged({}).empty());
}

TEST_CASE("merge: a face seen at two sizes is one, the better of them") {
    CHECK(merged({{1, {face_at(0, 0, 200, 0.9f)}}, {0.5f, {face_at(5, 5, 200, 0.95f)}}}) ==
          std::vector<float>{0.95f});
    CHECK(merged({{1, {face_at(0, 0, 200, 0.95f)}}, {0.5f, {face_at(5, 5, 200, 0.9f)}}}) ==
          std::vector<float>{0.95f});
}

TEST_CASE("merge: faces that overlap little are two, from whichever size") {
    CHECK(merged({{1, {face_at(0, 0, 120, 0.9f)}}, {0.5f, {face_at(90, 0, 120, 0.8f)}}}) ==
          std::vector<float>{0.9f, 0.8f});
}

TEST_CASE("merge: the parts of a large face go, whatever their size and score") {
    const Face whole = face_at(0, 0, 800, 0.98f);
    const std::vector<Face> parts = {face_at(250, 250, 300, 0.99f), face_at(300, 100, 200, 0.8f),
                                     face_at(260, 420, 250, 0.7f), face_at(100, 100, 600, 0.6f)};
    CHECK(merged({{1, parts}, {0.5f, {face_at(200, 200, 420, 0.7f)}}, {0.25f, {whole}}}) ==
          std::vector<float>{0.98f});
}

TEST_CASE("merge: a small face before or beside a large one stays") {
    const Face whole = face_at(0, 0, 800, 0.98f);
    // The face is seen at the next size too.
    const Face seen = face_at(500, 500, 200, 0.9f), again = face_at(505, 505, 200, 0.7f);
    CHECK(merged({{1, {seen}}, {0.5f, {again}}, {0.25f, {whole}}}) == std::vector<float>{0.98f, 0.9f});
    // The face is too small to be seen there for certain.
    CHECK(merged({{1, {face_at(300, 300, 120, 0.8f)}}, {0.5f, {}}, {0.25f, {whole}}}) ==
          std::vector<float>{0.98f, 0.8f});
}

TEST_CASE("merge: small faces are believed where they are largest") {
    CHECK(merged({{1, {}}, {0.5f, {face_at(0, 0, 60, 0.9f)}}}).empty());
    CHECK(merged({{1, {face_at(0, 0, 60, 0.9f)}}, {0.5f, {}}}) == std::vector<float>{0.9f});
    // Where no larger size was looked at, it is the largest.
    CHECK(merged({{0.5f, {face_at(0, 0, 60, 0.9f)}}, {0.25f, {}}}) == std::vector<float>{0.9f});
}

TEST_CASE("merge: between sizes far from one another no size of face is lost") {
    for (float side = 20; side < 5000; side *= 1.1f) {
        const Face face = face_at(0, 0, side, 0.9f);
        CHECK(merged({{1, {face}}, {0.125f, {face}}}) == std::vector<float>{0.9f});
        // The face is seen too large or too small by a sixth.
        CHECK(
            merged({{1, {face_at(0, 0, side * 1.17f, 0.9f)}}, {0.125f, {face_at(0, 0, side * 0.83f, 0.8f)}}})
                .size() == 1);
    }
}

TEST_CASE(
    "merge: a large box that no smaller size has found is no face, unless it would be too small there") {
    CHECK(merged({{1, {face_at(0, 0, 500, 0.9f)}}, {0.5f, {}}}).empty());
    CHECK(merged({{1, {face_at(0, 0, 500, 0.9f)}}, {0x1p-5f, {}}}) == std::vector<float>{0.9f});
    CHECK(merged({{1, {face_at(0, 0, 120, 0.9f)}}, {0.5f, {}}}) == std::vector<float>{0.9f});
}

TEST_CASE("merge: turns of one size are merged by overlap alone") {
    const Face upright = face_at(0, 0, 300, 0.9f), turned = face_at(20, 0, 300, 0.7f),
               inside = face_at(100, 100, 120, 0.6f);
    CHECK(merged({{1, {upright}}, {1, {turned}}, {1, {inside}}}) == std::vector<float>{0.9f, 0.6f});
}

}  // namespace featherface::test
