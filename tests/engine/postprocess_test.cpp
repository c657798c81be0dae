// Raw outputs to faces against the oracle's plain loops, on outputs made to be hard: thousands of candidates
// that overlap one another.
#include "engine/detect/postprocess.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "support/capture.hpp"
#include "support/oracle/postprocess.hpp"

namespace featherface::test {
namespace {

// Outputs of a network for a height x width picture.
struct Outputs {
    std::vector<float> loc, conf, landms;
    RawOutputs view() const { return {static_cast<int>(conf.size() / 2), loc, conf, landms}; }
};

// About `candidates` anchors score above 0.02.
Outputs random_outputs(int height, int width, int candidates, unsigned seed) {
    const auto anchors = static_cast<std::size_t>(engine::Anchors(height, width).count());
    std::minstd_rand random(seed);
    std::uniform_real_distribution<float> jitter(-1, 1), unit(0, 1), high(0.03f, 1.0f);
    Outputs outputs{std::vector<float>(4 * anchors), std::vector<float>(2 * anchors),
                    std::vector<float>(10 * anchors)};
    for (float& value : outputs.loc) value = jitter(random);
    for (float& value : outputs.landms) value = jitter(random);
    for (std::size_t i = 0; i < anchors; ++i) {
        const bool candidate = unit(random) * static_cast<float>(anchors) < static_cast<float>(candidates);
        outputs.conf[2 * i + 1] = candidate ? high(random) : 0.01f;
        outputs.conf[2 * i] = 1 - outputs.conf[2 * i + 1];
    }
    return outputs;
}

oracle::Tensor tensor(const std::vector<float>& values) {
    return {{static_cast<int>(values.size())}, {values.begin(), values.end()}};
}

TEST_CASE("find_faces: the oracle's faces in its order, whatever the sizes, thresholds and limits") {
    struct Case {
        int height, width, candidates;
        engine::FilterOptions options;
    };
    const Case cases[] = {{320, 320, 1500, {}},
                          {333, 257, 4000, {.nms_threshold = 0.1f}},
                          {64, 640, 400, {.nms_threshold = 0}},
                          {640, 48, 400, {.nms_threshold = 0.9f}},
                          {200, 200, 1000, {.score_threshold = 0.5f}},
                          {320, 320, 2000, {.top_k = 300}},
                          {320, 320, 2000, {.top_k = 1000, .max_faces = 50}},
                          {9, 5, 10, {}}};
    unsigned seed = 1;
    for (const Case& c : cases) {
        FEATHERFACE_CAPTURE(seed);
        const Outputs outputs = random_outputs(c.height, c.width, c.candidates, seed++);
        const std::vector<Face> faces = engine::find_faces(outputs.view(), c.height, c.width, c.options);
        const std::vector<oracle::Detection> expected = oracle::detect(
            {tensor(outputs.loc), tensor(outputs.conf), tensor(outputs.landms)}, c.width, c.height,
            {.score_threshold = c.options.score_threshold,
             .nms_threshold = c.options.nms_threshold,
             .top_k = static_cast<std::size_t>(c.options.top_k),
             .keep = static_cast<std::size_t>(c.options.max_faces)});
        REQUIRE(faces.size() == expected.size());
        for (std::size_t i = 0; i < faces.size(); ++i) {
            REQUIRE(faces[i].score == static_cast<float>(expected[i].score));
            for (std::size_t k = 0; k < 4; ++k)
                REQUIRE(faces[i].box[k] == doctest::Approx(expected[i].box[k]).epsilon(1e-4));
            for (std::size_t k = 0; k < 10; ++k) {
                REQUIRE(faces[i].landmarks[k / 2][k % 2] ==
                        doctest::Approx(expected[i].landmarks[k]).epsilon(1e-4));
            }
        }
    }
}

TEST_CASE("find_faces: equal scores keep the order of the anchors") {
    Outputs outputs = random_outputs(128, 128, 0, 1);
    for (const std::size_t anchor : {400u, 7u, 90u}) outputs.conf[2 * anchor + 1] = 0.5f;
    const std::vector<Face> faces = engine::find_faces(outputs.view(), 128, 128, {.nms_threshold = 1});
    REQUIRE(faces.size() == 3);
    for (const auto& [face, anchor] : {std::pair{0u, 7u}, {1u, 90u}, {2u, 400u}}) {
        const auto [cx, cy, w, h] = engine::Anchors(128, 128)[static_cast<int>(anchor)];
        CHECK(faces[face].landmarks[0][0] == (cx + outputs.landms[10 * anchor] * 0.1f * w) * 128);
    }
}

TEST_CASE("find_faces: a candidate that is not finite is dropped and suppresses nothing") {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Outputs outputs = random_outputs(64, 64, 0, 2);
        std::fill(outputs.loc.begin(), outputs.loc.end(), 0.0f);
        for (const std::size_t anchor : {0u, 2u}) outputs.conf[2 * anchor + 1] = 0.9f;
        const auto count = [&] {
            return engine::find_faces(outputs.view(), 64, 64, {.nms_threshold = 0.1f}).size();
        };
        CHECK(count() == 1);  // neighbours: the second is suppressed
        SUBCASE("its box") {
            outputs.loc[2] = bad;
        }
        SUBCASE("its landmarks") {
            outputs.landms[9] = bad;
        }
        CHECK(count() == 1);
        CHECK(engine::find_faces(outputs.view(), 64, 64, {.nms_threshold = 1}).size() == 1);
    }
}

}  // namespace
}  // namespace featherface::test
