// Precision, recall, F1 and average precision of outcomes worked out by hand.
#include "tools/eval/figures.hpp"

#include <doctest/doctest.h>

namespace featherface::test {

using namespace tools;

namespace {

Tally tally(std::vector<Outcome> outcomes, std::int64_t references) {
    return {.outcomes = std::move(outcomes), .references = references};
}

Outcome hit(float score) {
    return {.score = score, .hit = true};
}

Outcome miss(float score) {
    return {.score = score};
}

}  // namespace

TEST_CASE("figures: precision, recall and F1 count faces strictly above the threshold") {
    const Figures f = figures_of(tally({hit(0.9f), miss(0.8f), hit(0.7f), hit(0.5f), miss(0.3f)}, 5), 0.5f);
    CHECK(f.references == 5);
    CHECK(f.faces == 3);
    CHECK(f.hits == 2);
    CHECK(f.precision.value() == doctest::Approx(2.0 / 3));
    CHECK(f.recall.value() == doctest::Approx(2.0 / 5));
    CHECK(f.f1.value() == doctest::Approx(4.0 / 8));
}

TEST_CASE("figures: AP takes at each recall the best precision to come, over all scores") {
    // Hits at ranks 1, 3 and 4 of 4 references: precisions 1, 3/4 (2/3 is lifted by 3/4), 3/4.
    const Figures f = figures_of(tally({hit(0.9f), miss(0.8f), hit(0.4f), hit(0.3f), miss(0.2f)}, 4), 0.5f);
    CHECK(f.average_precision.value() == doctest::Approx((1 + 0.75 + 0.75) / 4));
    CHECK(figures_of(tally({hit(0.3f), hit(0.9f)}, 2), 0.5f).average_precision.value() == 1.0);
    CHECK(figures_of(tally({}, 2), 0.5f).average_precision.value() == 0.0);
}

TEST_CASE("figures: faces of equal score enter together, in whatever order they come") {
    const double expected = 0.5;  // one point: two faces, one hit, one reference
    CHECK(figures_of(tally({hit(0.9f), miss(0.9f)}, 1), 0.5f).average_precision.value() == expected);
    CHECK(figures_of(tally({miss(0.9f), hit(0.9f)}, 1), 0.5f).average_precision.value() == expected);
}

TEST_CASE("figures: the best threshold lies between the last face to keep and the next") {
    const Figures f = figures_of(tally({hit(0.875f), hit(0.375f), miss(0.125f)}, 2), 0.5f);
    CHECK(f.best_f1.value() == 1.0);
    CHECK(f.best_threshold.value() == 0.25);
    CHECK(f.f1.value() == doctest::Approx(2.0 / 3));
}

TEST_CASE("figures: what has no denominator is absent, not a number") {
    const Figures nothing = figures_of({}, 0.5f);
    CHECK_FALSE(nothing.precision);
    CHECK_FALSE(nothing.recall);
    CHECK_FALSE(nothing.f1);
    CHECK_FALSE(nothing.average_precision);
    CHECK_FALSE(nothing.best_f1);
    CHECK_FALSE(nothing.landmark_error);

    const Figures only_false = figures_of(tally({miss(0.9f)}, 0), 0.5f);
    CHECK(only_false.precision.value() == 0.0);
    CHECK(only_false.f1.value() == 0.0);
    CHECK_FALSE(only_false.recall);
    CHECK_FALSE(only_false.average_precision);
}

TEST_CASE("figures: landmark errors are averaged over the hits above the threshold that have one") {
    const Outcome near{.score = 0.9f, .hit = true, .landmark_error = 0.25f},
        far{.score = 0.8f, .hit = true, .landmark_error = 0.75f},
        low{.score = 0.1f, .hit = true, .landmark_error = 100};
    CHECK(figures_of(tally({near, far, low, miss(0.7f)}, 4), 0.5f).landmark_error.value() == 0.5);
    CHECK(figures_of(tally({near, hit(0.8f), far}, 4), 0.5f).landmark_error.value() == 0.5);
    CHECK_FALSE(figures_of(tally({hit(0.8f)}, 4), 0.5f).landmark_error);
}

TEST_CASE("figures: a tally takes what is of the size asked for, and counts no ignored reference") {
    const std::vector<Outcome> found = {{.score = 0.9f, .hit = true, .size = 16},
                                        {.score = 0.8f, .size = 32}};
    const std::vector<Reference> wanted = {
        {.box = {0, 0, 16, 16}}, {.box = {0, 0, 64, 16}}, {.box = {0, 0, 20, 20}, .ignored = true}};
    Tally all, some;
    all.add(found, wanted);
    some.add(found, wanted, 16, 32);
    CHECK(all.outcomes.size() == 2);
    CHECK(all.references == 2);
    CHECK(some.outcomes.size() == 1);
    CHECK(some.references == 1);
}

}  // namespace featherface::test
