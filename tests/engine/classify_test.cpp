#include "featherface/classifier.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/detect/classifier_input.hpp"
#include "support/oracle/oracle.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

TEST_CASE("classify: a picture of 256 x 256 is only cut and normalised") {
    const Image image = noise(256, 256);
    const std::vector<float> input = engine::classifier_input(image.view());
    REQUIRE(input.size() == 3 * 224 * 224);
    const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
    double worst = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t y = 0; y < 224; ++y) {
            for (std::size_t x = 0; x < 224; ++x) {
                const double sample = image.pixels[((y + 16) * 256 + x + 16) * 3 + (2 - c)];
                const double expected = (sample / 255 - mean[c]) / deviation[c];
                worst = std::max(worst, std::abs(input[(c * 224 + y) * 224 + x] - expected));
            }
        }
    }
    CHECK(worst < 1e-5);
}

TEST_CASE("classify: any picture has a centre of 224 x 224, from one pixel to a long thin line") {
    for (const std::pair<int, int>& size :
         {std::pair{1, 1}, {1, 10'000}, {10'000, 1}, {300, 257}, {225, 600}}) {
        const int width = size.first, height = size.second;
        CAPTURE(width);
        CAPTURE(height);
        Image image{width, height, PixelFormat::gray8, {}};
        image.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 51);
        const std::vector<float> input = engine::classifier_input(image.view());
        REQUIRE(input.size() == 3 * 224 * 224);
        CHECK(std::all_of(input.begin(), input.begin() + 224 * 224,
                          [](float v) { return std::abs(v - (0.2f - 0.485f) / 0.229f) < 1e-5f; }));
    }
}

TEST_CASE("classify: probabilities are the softmax of the oracle's logits") {
    const Image image = noise(300, 260);
    const auto probabilities = featherface::classify(seeded_model("classifier"), image.view(), 2);
    REQUIRE_MESSAGE(probabilities.ok(), probabilities.status().message());
    REQUIRE(probabilities->size() == 1000);

    const std::vector<float> input = engine::classifier_input(image.view());
    oracle::Tensor tensor = oracle::map_of_zeros(3, 224, 224);
    std::copy(input.begin(), input.end(), tensor.values.begin());
    std::vector<double> expected = run_classifier(seeded_oracle_weights("classifier"), tensor).values;
    double sum = 0;
    for (double& value : expected) sum += value = std::exp(value);
    double worst = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        worst = std::max(worst, std::abs(probabilities.value()[i] - expected[i] / sum));
    }
    CHECK(worst < 1e-5);
}

TEST_CASE("classify: a detector has no classes to tell; a view that cannot be read is refused") {
    const Image image = noise(8, 8);
    check_refused(featherface::classify(seeded_model("v2"), image.view()).status(), StatusCode::wrong_model,
                  {"FeatherFace V2", "mobilenetV1X0.25_pretrain.tar"});
    check_refused(featherface::classify(seeded_model("classifier"), {}).status(),
                  StatusCode::invalid_argument, {});
    for (const int threads : {0, -1, 1025}) {
        check_refused(featherface::classify(seeded_model("classifier"), image.view(), threads).status(),
                      StatusCode::invalid_argument, {"threads is " + std::to_string(threads), "1 to 1024"});
    }
}

}  // namespace featherface::test
