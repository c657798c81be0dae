// Which found face is a hit, which a false alarm.
#include "tools/eval/matching.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace featherface::test {

using namespace tools;

namespace {

Face face(Box box, float score) {
    return {.box = box, .score = score, .landmarks = {}};
}

std::vector<bool> hits(const std::vector<Outcome>& outcomes) {
    std::vector<bool> result;
    for (const Outcome& outcome : outcomes) result.push_back(outcome.hit);
    return result;
}

}  // namespace

TEST_CASE("matching: overlap is shared over covered area, 0 for boxes that touch or are empty") {
    CHECK(overlap({0, 0, 2, 2}, {0, 0, 2, 2}) == 1.0f);
    CHECK(overlap({0, 0, 2, 2}, {1, 0, 3, 2}) == doctest::Approx(1.0 / 3));
    CHECK(overlap({0, 0, 4, 4}, {1, 1, 3, 3}) == 0.25f);
    CHECK(overlap({0, 0, 2, 2}, {2, 0, 4, 2}) == 0.0f);
    CHECK(overlap({0, 0, 2, 2}, {5, 5, 6, 6}) == 0.0f);
    CHECK(overlap({1, 1, 1, 1}, {1, 1, 1, 1}) == 0.0f);
    CHECK(overlap({3, 3, 1, 1}, {0, 0, 4, 4}) == 0.0f);  // corners the wrong way round
}

TEST_CASE("matching: the face with the higher score takes the reference, the second is a false alarm") {
    const std::vector<Reference> references = {{.box = {0, 0, 10, 10}}};
    const auto outcomes =
        match(std::vector{face({0, 0, 10, 10}, 0.6f), face({0, 0, 10, 9}, 0.9f)}, references, 0.5f);
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[0].score == 0.9f);
    CHECK(hits(outcomes) == std::vector<bool>{true, false});
}

TEST_CASE("matching: a face goes to the reference it overlaps most, even when that is taken") {
    const std::vector<Reference> references = {{.box = {0, 0, 10, 10}}, {.box = {0, 4, 10, 14}}};
    // Both overlap the first most; the second would reach 0.5 with the other reference, too.
    const auto outcomes =
        match(std::vector{face({0, 0, 10, 10}, 0.9f), face({0, 1, 10, 11}, 0.8f)}, references, 0.5f);
    CHECK(hits(outcomes) == std::vector<bool>{true, false});
}

TEST_CASE("matching: an overlap of exactly the threshold is a hit, less is none") {
    const std::vector<Reference> references = {{.box = {0, 0, 10, 10}}};
    const std::vector<Face> half = {face({0, 0, 10, 5}, 0.9f)};
    CHECK(hits(match(half, references, 0.5f)) == std::vector<bool>{true});
    CHECK(hits(match(half, references, 0.51f)) == std::vector<bool>{false});
    CHECK(hits(match(half, {}, 0.5f)) == std::vector<bool>{false});
}

TEST_CASE("matching: faces on an ignored reference are left out, each of them") {
    const std::vector<Reference> references = {{.box = {0, 0, 10, 10}, .ignored = true},
                                               {.box = {20, 0, 30, 10}}};
    const auto outcomes =
        match(std::vector{face({0, 0, 10, 10}, 0.9f), face({0, 0, 10, 9}, 0.8f), face({20, 0, 30, 10}, 0.7f)},
              references, 0.5f);
    CHECK(hits(outcomes) == std::vector<bool>{true});
}

TEST_CASE("matching: a hit has the reference's size, a false alarm its own") {
    const std::vector<Reference> references = {{.box = {0, 0, 10, 40}}};
    const auto outcomes =
        match(std::vector{face({0, 0, 10, 36}, 0.9f), face({50, 0, 59, 9}, 0.8f)}, references, 0.5f);
    CHECK(outcomes.at(0).size == 20.0f);
    CHECK(outcomes.at(1).size == 9.0f);
}

TEST_CASE(
    "matching: the landmark error is the mean distance in widths of the reference, where it has landmarks") {
    Reference reference{.box = {0, 0, 20, 10}};
    Face found = face({0, 0, 20, 10}, 0.9f);
    found.landmarks = {{{5, 5}, {9, 5}, {7, 6}, {6, 8}, {8, 8}}};
    reference.landmarks = found.landmarks;
    found.landmarks[0] = {8, 9};  // 5 pixels off
    found.landmarks[4] = {8, 13};
    CHECK(match({&found, 1}, {&reference, 1}, 0.5f).at(0).landmark_error.value() ==
          doctest::Approx(10.0 / 5 / 20));
    reference.landmarks.reset();
    CHECK_FALSE(match({&found, 1}, {&reference, 1}, 0.5f).at(0).landmark_error);
}

TEST_CASE(
    "matching: where the reference's mouth is one point, it is held against the middle of the found one") {
    Reference reference{.box = {0, 0, 20, 10},
                        .landmarks = Landmarks{{{1, 1}, {2, 2}, {3, 3}, {9, 9}, {9, 9}}}};
    Face found = face({0, 0, 20, 10}, 0.9f);
    found.landmarks = {{{1, 1}, {2, 2}, {3, 5}, {7, 9}, {11, 5}}};  // 2 and 2 pixels off
    CHECK(match({&found, 1}, {&reference, 1}, 0.5f).at(0).landmark_error.value() ==
          doctest::Approx(4.0 / 4 / 20));
}

}  // namespace featherface::test
