#include "tools/measure/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

namespace featherface::tools {
namespace {

TEST_CASE("bench statistics: percentiles lie straight between neighbouring samples") {
    const std::vector<double> sorted = {10, 20, 30, 40, 50};
    CHECK(percentile(sorted, 0) == 10);
    CHECK(percentile(sorted, 0.5) == 30);
    CHECK(percentile(sorted, 0.1) == doctest::Approx(14));
    CHECK(percentile(sorted, 0.99) == doctest::Approx(49.6));
    CHECK(percentile(sorted, 1) == 50);
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 2, 3}) == 2.5);
}

TEST_CASE("bench statistics: a summary of one sample is that sample") {
    const std::vector<double> one = {7};
    const Summary summary = summarize(one);
    CHECK(summary.count == 1);
    for (const double value :
         {summary.minimum, summary.p10, summary.median, summary.p90, summary.p99, summary.maximum}) {
        CHECK(value == 7);
    }
    CHECK(summary.outliers == 0);
    CHECK(summary.noise == 0);
}

TEST_CASE("bench statistics: outliers are counted and stay part of every number") {
    std::vector<double> samples(99, 100);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] += static_cast<double>(i % 10);
    samples.push_back(10'000);
    const Summary summary = summarize(samples);
    CHECK(summary.count == 100);
    CHECK(summary.outliers == 1);
    CHECK(summary.maximum == 10'000);
    CHECK(summary.p99 > 110);
}

TEST_CASE("bench statistics: the noise says how far the median is off") {
    // Medians of 100 normal values of deviation 5% around 1000: nearly all within the noise they state, which
    // is not much wider than it must be (1.96 * 1.2533 * 5% / sqrt(100) = 1.2%).
    std::mt19937 random(1);
    std::normal_distribution<double> normal(1000, 50);
    int inside = 0;
    double noise = 0;
    constexpr int kExperiments = 200;
    for (int i = 0; i < kExperiments; ++i) {
        std::vector<double> samples(100);
        for (double& sample : samples) sample = normal(random);
        const Summary summary = summarize(samples);
        inside += std::abs(summary.median - 1000) <= summary.noise * summary.median ? 1 : 0;
        noise += summary.noise / kExperiments;
    }
    CHECK(inside >= kExperiments * 93 / 100);
    CHECK(noise > 0.010);
    CHECK(noise < 0.020);
}

TEST_CASE("bench statistics: a drift is noise too") {
    std::vector<double> samples(50, 100);
    samples.resize(100, 120);
    const Summary summary = summarize(samples);
    CHECK(summary.drift == doctest::Approx(0.2));
    CHECK(summary.noise >= doctest::Approx(0.1));
}

TEST_CASE("bench statistics: a change must exceed the noise of both times and 1%") {
    CHECK(compare_times(100, 0.001, 100.9, 0.001, 1).change == Change::none);
    CHECK(compare_times(100, 0.001, 101.1, 0.001, 1).change == Change::slower);
    CHECK(compare_times(100, 0.001, 98.9, 0.001, 1).change == Change::faster);
    CHECK(compare_times(100, 0.03, 104, 0.03, 1).change == Change::none);
    const TimeChange change = compare_times(100, 0.03, 200, 0.04, 1);
    CHECK(change.change == Change::slower);
    CHECK(change.ratio == 2);
    CHECK(change.threshold >= 0.05);
    // Among many layers one differs by chance: more is asked of each.
    CHECK(compare_times(100, 0.01, 103.4, 0.01, 1).threshold <
          compare_times(100, 0.01, 103.4, 0.01, 60).threshold);
    CHECK(compare_times(0, 0, 5, 0, 1).change == Change::none);
}

}  // namespace
}  // namespace featherface::tools
