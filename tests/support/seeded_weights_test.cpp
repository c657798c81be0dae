// The formula for weights and pictures, against what Python made with it.
#include "support/seeded_weights.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "loaders/crc32.hpp"

namespace featherface::test {
namespace {

std::size_t element_count(const SeededTensor& tensor) {
    std::size_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= static_cast<std::size_t>(extent);
    return count;
}

TEST_CASE("seeded weights: every tensor of the networks has the bits that Python gives it") {
    struct Network {
        const char* name;
        std::size_t tensors;
        std::size_t parameters;
    };
    for (const Network& network :
         {Network{"v1", 587, 592371}, Network{"v2", 488, 256156}, Network{"retinaface", 300, 426608},
          Network{"ff489k", 437, 489015}, Network{"ffeca", 485, 476345}, Network{"ffca", 461, 493095},
          Network{"classifier", 164, 470072}}) {
        CAPTURE(network.name);
        std::size_t parameters = 0;
        const std::vector<SeededTensor> tensors = seeded_tensors(network.name);
        CHECK(tensors.size() == network.tensors);
        for (const SeededTensor& tensor : tensors) {
            CAPTURE(tensor.name);
            if (tensor.is_counter()) {
                const std::vector<std::int64_t> zeros(element_count(tensor));
                CHECK(loaders::crc32(std::as_bytes(std::span(zeros))) == tensor.crc);
                continue;
            }
            const std::vector<float> values = seeded_values(tensor.name, tensor.shape);
            CHECK(loaders::crc32(std::as_bytes(std::span(values))) == tensor.crc);
            if (!tensor.name.ends_with("running_mean") && !tensor.name.ends_with("running_var")) {
                parameters += values.size();
            }
        }
        CHECK(parameters == network.parameters);
    }
}

TEST_CASE("seeded weights: a few values, written out") {
    const std::vector<std::int64_t> shape = {8, 3, 3, 3};
    const std::vector<float> values = seeded_values("body.stage1.0.0.weight", shape);
    REQUIRE(values.size() == 216);
    CHECK(values[0] == 0.0017418362f);
    CHECK(values[215] == 0.000382053287f);
    CHECK(seeded_values("bifpn.0.p4_w1", std::vector<std::int64_t>{2}) ==
          std::vector<float>{1.33002198f, 0.562332273f});
}

TEST_CASE("seeded image: the bytes are Python's") {
    const std::vector<std::uint8_t> image = seeded_image(33, 47);
    REQUIRE(image.size() == 33 * 47 * 3);
    CHECK(loaders::crc32(std::as_bytes(std::span(image))) == 0x9179C189);
}

TEST_CASE("seeded projection: tells exchanged values apart") {
    const std::vector<float> values = {1, 2, 3};
    const std::vector<float> exchanged = {2, 1, 3};
    CHECK(seeded_projection(values) == doctest::Approx(-1.6100085777340496).epsilon(1e-12));
    CHECK(seeded_projection(exchanged) != doctest::Approx(-1.6100085777340496).epsilon(1e-3));
}

TEST_CASE("module summaries: one line for each name of a reference dump of all modules") {
    CHECK(module_summaries("v1").size() == 475);
    CHECK(module_summaries("v2").size() == 387);
    CHECK(module_summaries("classifier").size() == 99);
    const ModuleSummary first = module_summaries("v1").front();
    CHECK(first.name == "body.stage1.0.0");
    CHECK(first.shape == std::vector<std::int64_t>{1, 8, 17, 24});
}

}  // namespace
}  // namespace featherface::test
