// The oracle's three networks against PyTorch's module outputs on weights by formula: every module, in order.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/oracle/oracle.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test::oracle {
namespace {

constexpr int kHeight = 33;
constexpr int kWidth = 47;
// PyTorch rounds to float32; against a run in double its projections and rms move by less than 1e-6.
constexpr double kTolerance = 5e-6;

Weights seeded_network(std::string_view network) {
    Weights weights;
    for (const SeededTensor& tensor : seeded_tensors(network)) {
        if (tensor.is_counter()) continue;
        const std::vector<float> values = seeded_values(tensor.name, tensor.shape);
        weights[tensor.name] = {{tensor.shape.begin(), tensor.shape.end()}, {values.begin(), values.end()}};
    }
    return weights;
}

Tensor detector_input() {
    constexpr std::array<double, 3> mean = {104, 117, 123};
    const std::vector<std::uint8_t> image = seeded_image(kHeight, kWidth);
    Tensor input = map_of_zeros(3, kHeight, kWidth);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const int channel = static_cast<int>(i % 3);
        input.plane(channel)[i / 3] = image[i] - mean[i % 3];
    }
    return input;
}

Tensor classifier_input() {
    constexpr std::array<double, 3> mean = {0.406, 0.456, 0.485};  // blue first, as the picture
    constexpr std::array<double, 3> deviation = {0.225, 0.224, 0.229};
    const std::vector<std::uint8_t> image = seeded_image(kHeight, kWidth);
    Tensor input = map_of_zeros(3, kHeight, kWidth);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const int channel = 2 - static_cast<int>(i % 3);
        input.plane(channel)[i / 3] = (image[i] / 255.0 - mean[i % 3]) / deviation[i % 3];
    }
    return input;
}

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

TEST_CASE("oracle: V1's modules give what PyTorch's gave for seeded weights") {
    Comparison comparison("v1");
    run_v1(seeded_network("v1"), detector_input(), std::ref(comparison));
    comparison.finish();
}

TEST_CASE("oracle: V2's modules give what PyTorch's gave for seeded weights") {
    Comparison comparison("v2");
    run_v2(seeded_network("v2"), detector_input(), std::ref(comparison));
    comparison.finish();
}

TEST_CASE("oracle: the classifier's modules give what PyTorch's gave for seeded weights") {
    Comparison comparison("classifier");
    run_classifier(seeded_network("classifier"), classifier_input(), std::ref(comparison));
    comparison.finish();
}

}  // namespace
}  // namespace featherface::test::oracle
