// A network that computes no numbers is an error that says where they end, never a picture without faces.
#include "engine/detect/finite.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "featherface/classifier.hpp"
#include "featherface/featherface.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {
namespace {

// The seeded network with one weight of its first convolution, which is finite, made very large.
Model with_large_weight(std::string_view network, const ModelOptions& options = {}) {
    std::vector<TorchTensor> tensors = seeded_checkpoint(network);
    const auto first =
        std::ranges::find(tensors, std::size_t{4}, [](const auto& t) { return t.shape.size(); });
    REQUIRE(first != tensors.end());
    const float large = 3e38f;
    std::memcpy(first->bytes.data(), &large, sizeof large);
    const ByteString file = make_torch_zip(tensors);
    auto model = Model::from_bytes(octets_of(file), "large.pth", options);
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

}  // namespace

TEST_CASE("finite: what is no number is found at any place, and numbers are numbers") {
    for (const std::size_t size : {1, 7, 64, 65}) {
        std::vector<float> values(size, std::numeric_limits<float>::max());
        values[0] = -0.0f;
        CHECK(engine::all_finite(values));
        for (std::size_t at = 0; at < size; ++at) {
            for (const float wrong :
                 {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                  std::numeric_limits<float>::quiet_NaN()}) {
                std::vector<float> with = values;
                with[at] = wrong;
                CHECK_FALSE(engine::all_finite(with));
            }
        }
    }
    CHECK(engine::all_finite({}));
}

TEST_CASE("finite: detectors name the first layer of which a value is not, fused and layer by layer") {
    const Image image = noise(40, 30);
    for (const std::string_view network : kNetworks) {
        if (network == "classifier") continue;
        CAPTURE(network);
        auto detector = Detector::create(with_large_weight(network), {.threads = 2});
        REQUIRE(detector.ok());
        check_refused(detector->detect(image.view()).status(), StatusCode::malformed,
                      {"not finite, first in layer 'body.stage1.",
                       "in one step with those before it from 'input' on", "SHA-256"});
        const auto raw = detector->forward(image.view());  // as it is
        REQUIRE(raw.ok());
        CHECK_FALSE(engine::all_finite(raw->conf));

        auto layerwise = Detector::create(with_large_weight(network, {.layerwise = true}));
        REQUIRE(layerwise.ok());
        check_refused(layerwise->detect(image.view()).status(), StatusCode::malformed,
                      {"first in layer 'body.stage1.0.0';"});
    }
}

TEST_CASE("finite: the classifier names it too") {
    check_refused(classify(with_large_weight("classifier"), noise(40, 30).view()).status(),
                  StatusCode::malformed, {"not finite, first in layer 'stage", "from 'input' on"});
}

}  // namespace featherface::test
