// The oracle's networks against PyTorch's module outputs on weights by formula: every module, in order.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/capture.hpp"
#include "support/oracle/oracle.hpp"
#include "support/seeded_oracle.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test::oracle {
namespace {

constexpr int kHeight = 33;
constexpr int kWidth = 47;
// PyTorch rounds to float32; against a run in double its projections and rms move by less than 1e-6.
constexpr double kTolerance = 5e-6;

// Checks each observed output against the next line of the network's summary.
class Comparison {
  public:
    explicit Comparison(std::string_view network) : expected_(module_summaries(network)) {}

    void operator()(const std::string& name, const Tensor& output) {
        REQUIRE(seen_ < expected_.size());
        const ModuleSummary& expected = expected_[seen_++];
        CAPTURE(name);
        REQUIRE(name == expected.name);
        CHECK(std::vector<std::int64_t>(output.shape.begin(), output.shape.end()) == expected.shape);
        const std::vector<float> values(output.values.begin(), output.values.end());
        double squares = 0;
        for (const float value : values) squares += double{value} * value;
        const double rms = std::sqrt(squares / static_cast<double>(values.size()));
        CHECK(std::abs(seeded_projection(values) - expected.projection) < kTolerance);
        CHECK(std::abs(rms - expected.rms) < kTolerance);
    }

    void finish() const { CHECK(seen_ == expected_.size()); }

  private:
    std::vector<ModuleSummary> expected_;
    std::size_t seen_ = 0;
};

TEST_CASE("oracle: the detectors' modules give what PyTorch's gave for seeded weights") {
    for (const std::string_view network : kDetectors) {
        FEATHERFACE_CAPTURE(network);
        Comparison comparison(network);
        run_detector(network, seeded_oracle_weights(network), seeded_input(network, kHeight, kWidth),
                     std::ref(comparison));
        comparison.finish();
    }
}

TEST_CASE("oracle: the classifier's modules give what PyTorch's gave for seeded weights") {
    Comparison comparison("classifier");
    run_classifier(seeded_oracle_weights("classifier"), seeded_input("classifier", kHeight, kWidth),
                   std::ref(comparison));
    comparison.finish();
}

}  // namespace
}  // namespace featherface::test::oracle
