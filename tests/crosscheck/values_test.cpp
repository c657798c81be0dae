#include "tools/crosscheck/values.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace featherface::tools {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_CASE("values: the statistics are those of their formulas") {
    const std::vector<float> a = {1, 2, 3, -4}, b = {1, 2.5f, 0, -4};
    const Difference d = compare_values(a, b, {.absolute = 0.6, .relative = 0});
    CHECK(d.max_abs == 3);
    CHECK(d.mean_abs == doctest::Approx(3.5 / 4));
    CHECK(d.max_rel == doctest::Approx(0.2));  // where b is 0 there is none
    CHECK(d.cosine == doctest::Approx(22 / (std::sqrt(30.0) * std::sqrt(23.25))));
    CHECK(d.outside == 1);
    CHECK(d.worst == 2);
    CHECK(d.worst_ratio == doctest::Approx(5));
    CHECK(d.a == 3);
    CHECK(d.b == 0);
    CHECK_FALSE(d.agrees());
}

TEST_CASE("values: a tolerance is met on its very edge, in either form") {
    const Tolerance sum{.absolute = 0.5, .relative = 0.25};
    CHECK(sum.at(-4) == 1.5);
    const Tolerance larger{.absolute = 0.5, .relative = 0.25, .larger = true};
    CHECK(larger.at(1) == 0.5);
    CHECK(larger.at(-4) == 1);
    const std::vector<float> a = {5.5f}, b = {4};
    CHECK(compare_values(a, b, sum).agrees());
    CHECK_FALSE(compare_values(a, b, larger).agrees());
}

TEST_CASE("values: the worst element is the one farthest outside its tolerance, not the largest difference") {
    const std::vector<float> a = {1000.5f, 0.01f}, b = {1000, 0};
    const Difference d = compare_values(a, b, {.absolute = 1e-3, .relative = 1e-3, .larger = true});
    CHECK(d.max_abs == doctest::Approx(0.5));
    CHECK(d.worst == 1);
    CHECK(d.outside == 1);
}

TEST_CASE("values: a tolerance of 0 is met by equality alone") {
    const std::vector<float> a = {1, 2}, b = {1, 2}, c = {1, std::nextafter(2.0f, 3.0f)};
    CHECK(compare_values(a, b, {.absolute = 0, .relative = 0}).agrees());
    CHECK_FALSE(compare_values(a, c, {.absolute = 0, .relative = 0}).agrees());
}

TEST_CASE("values: NaN and infinity are counted on each side, never agree, and leave the statistics finite") {
    const std::vector<float> a = {1, kNan, kInfinity, kNan}, b = {1.25f, kNan, kInfinity, 2};
    const Difference d = compare_values(a, b, {.absolute = 1e30, .relative = 0});
    CHECK(d.outside == 3);
    CHECK(d.a_non_finite.nan == 2);
    CHECK(d.a_non_finite.infinite == 1);
    CHECK(d.a_non_finite.first == 1);
    CHECK(d.b_non_finite.nan == 1);
    CHECK(d.b_non_finite.first == 1);
    CHECK(d.max_abs == 0.25);
    CHECK(d.mean_abs == 0.25);
    CHECK(d.cosine == doctest::Approx(1));
}

TEST_CASE("values: zeros and nothing at all have a cosine too") {
    const std::vector<float> zeros = {0, 0}, ones = {1, 1}, none;
    CHECK(compare_values(zeros, zeros, {}).cosine == 1);
    CHECK(compare_values(zeros, ones, {}).cosine == 0);
    CHECK(compare_values(none, none, {}).agrees());
}

TEST_CASE("values: an index is unravelled in C order") {
    CHECK(unravel(0, {2, 3, 4}) == TensorShape{0, 0, 0});
    CHECK(unravel(23, {2, 3, 4}) == TensorShape{1, 2, 3});
    CHECK(unravel(7, {2, 3, 4}) == TensorShape{0, 1, 3});
    CHECK(shape_text({1, 64, 7}) == "(1, 64, 7)");
    CHECK(shape_text({3}) == "(3,)");
    CHECK(shape_text({}) == "()");
}

TEST_CASE("values: a transpose moves every element where numpy would") {
    std::vector<float> values(24);
    std::iota(values.begin(), values.end(), 0.0f);
    const TensorShape shape = {2, 3, 4};
    const std::size_t axes[] = {2, 0, 1};
    const std::vector<float> moved = transpose(values, shape, axes);  // 4,2,3
    for (std::int64_t i = 0; i < 4; ++i) {
        for (std::int64_t j = 0; j < 2; ++j) {
            for (std::int64_t k = 0; k < 3; ++k) {
                CHECK(moved[static_cast<std::size_t>((i * 2 + j) * 3 + k)] ==
                      values[static_cast<std::size_t>((j * 3 + k) * 4 + i)]);
            }
        }
    }
}

TEST_CASE("values: NHWC is the first transpose thought of, and the identity is none") {
    using Axes = std::vector<std::vector<std::size_t>>;
    CHECK(transposes_between({1, 5, 7, 16}, {1, 16, 5, 7}) == Axes{{0, 3, 1, 2}});
    const Axes square = transposes_between({1, 4, 4, 16}, {1, 16, 4, 4});
    REQUIRE(square.size() == 2);
    CHECK(square[0] == std::vector<std::size_t>{0, 3, 1, 2});
    CHECK(transposes_between({3, 4}, {3, 4}).empty());
    CHECK(transposes_between({3, 4}, {4, 3}) == Axes{{1, 0}});
    CHECK(transposes_between({3, 4}, {12}).empty());
}

}  // namespace
}  // namespace featherface::tools
