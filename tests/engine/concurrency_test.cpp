// One model under load: eight threads look at pictures with detectors that come and go, some of which have
// threads of their own. Every answer is, to the last bit, what one thread gives. Under ThreadSanitizer this
// is the test that shows what two threads must not touch at once.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/model.hpp"
#include "support/seeded_model.hpp"

namespace featherface {
namespace {

constexpr int kThreadsUnderLoad = 8, kPicturesEach = 200, kPicturesPerDetector = 8;
constexpr int kPicturesToLargeOne = 40;  // every so many, one that is worth three threads

DetectorOptions options_under_load(int threads) {
    return {.score_threshold = 0.02f, .threads = threads};  // seeded weights give plenty of faces then
}

std::optional<std::vector<Face>> faces_in(Detector& detector, const Image& picture) {
    auto faces = detector.detect(picture.view());
    if (!faces.ok()) return std::nullopt;
    return std::move(faces).value();
}

bool same_bits(const std::vector<Face>& a, const std::vector<Face>& b) {
    const auto same = [](const Face& f, const Face& g) {
        return std::memcmp(&f.box, &g.box, sizeof f.box) == 0 &&
               std::memcmp(&f.score, &g.score, sizeof f.score) == 0 &&
               std::memcmp(&f.landmarks, &g.landmarks, sizeof f.landmarks) == 0;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace

TEST_CASE("concurrency: detectors that come and go in eight threads give one thread's bits") {
    const Model model = test::seeded_model("v2");
    std::vector<Image> pictures;
    for (const auto& [width, height] : {std::pair{32, 24}, {17, 40}, {40, 17}, {8, 8}, {1, 1}, {33, 31}})
        pictures.push_back(test::noise(width, height));
    const std::size_t small_ones = pictures.size();
    pictures.push_back(test::noise(480, 320));
    std::vector<std::vector<Face>> expected;
    for (const Image& picture : pictures) {
        auto detector = Detector::create(model, options_under_load(1));
        REQUIRE(detector.ok());
        auto faces = faces_in(detector.value(), picture);
        REQUIRE(faces);
        expected.push_back(std::move(*faces));
    }
    CHECK_FALSE(expected.front().empty());

    std::atomic<int> right{0}, wrong{0};
    const auto look = [&](int thread) {
        std::optional<Detector> detector;
        for (int i = 0; i < kPicturesEach; ++i) {
            if (i % kPicturesPerDetector == 0) {
                detector.reset();
                auto created = Detector::create(model, options_under_load(1 + (thread + i) % 3));
                if (!created.ok()) {
                    ++wrong;
                    return;
                }
                detector = std::move(created).value();
            }
            const std::size_t place =
                i % kPicturesToLargeOne == 0 ? small_ones : static_cast<std::size_t>(thread + i) % small_ones;
            const auto faces = faces_in(*detector, pictures[place]);
            ++(faces && same_bits(*faces, expected[place]) ? right : wrong);
        }
    };
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreadsUnderLoad; ++thread) threads.emplace_back(look, thread);
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(right == kThreadsUnderLoad * kPicturesEach);
}

}  // namespace featherface
