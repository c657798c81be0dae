// Memory that runs out: a Status from every public function, and nothing broken behind it.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/allocations.hpp"
#include "featherface/classifier.hpp"
#include "featherface/featherface.hpp"
#include "featherface/image_file.hpp"
#include "support/capture.hpp"
#include "support/files.hpp"
#include "support/jpeg_writer.hpp"
#include "support/png_writer.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {
namespace {

// The action is done again and again, with more and more allocations that succeed, until it succeeds. Every
// failure is told as one of memory, and `after` is called behind it. What is returned is how often it failed.
template <class Action, class After>
int fail_everywhere(const Action& action, const After& after) {
    int failures = 0;
    for (std::int64_t count = 0;; count += 1 + count / 50) {
        Status status;
        {
            const MemoryLimit limit(count);
            status = action();
        }
        if (status.ok()) return failures;
        ++failures;
        CAPTURE(count);
        REQUIRE(status.code() == StatusCode::out_of_memory);
        REQUIRE(status.message().find("memory") != std::string::npos);
        after();
    }
}

void nothing() {}

std::vector<float> scores(Detector& detector, const Image& image) {
    const auto faces = detector.detect(image.view());
    REQUIRE_MESSAGE(faces.ok(), faces.status().message());
    std::vector<float> found;
    for (const Face& face : faces.value()) found.push_back(face.score);
    return found;
}

TEST_CASE("out of memory: detect says so wherever it happens, and the detector works on") {
    const Model model = seeded_model("v2");
    const Image usual = noise(40, 30), large = noise(150, 90);
    auto detector = Detector::create(model, {.score_threshold = 0.02f, .max_side = 120, .threads = 2});
    REQUIRE(detector.ok());
    const std::vector<float> expected = scores(detector.value(), usual);
    CHECK(!expected.empty());
    const int failures = fail_everywhere([&] { return detector->detect(large.view()).status(); },
                                         [&] {
                                             CHECK(detector->last_timings().postprocess == 0);
                                             REQUIRE(scores(detector.value(), usual) == expected);
                                         });
    CHECK(failures > 20);
}

TEST_CASE("out of memory: forward says so, with an observer too, and the detector works on") {
    struct Counter final : LayerObserver {
        void layer(const LayerRun&) override { ++layers; }
        int layers = 0;
    } observer;
    auto detector = Detector::create(seeded_model("v1"));
    REQUIRE(detector.ok());
    const Image usual = noise(40, 30);
    REQUIRE(detector->forward(usual.view()).ok());
    const auto watched = [&] { return detector->forward(usual.view(), &observer).status(); };
    CHECK(fail_everywhere(watched, nothing) > 20);
    CHECK(observer.layers > 0);
}

TEST_CASE("out of memory: a picture too large for memory is named with its size, and what to do") {
    auto detector = Detector::create(seeded_model("v1"), {.score_threshold = 0.02f});
    REQUIRE(detector.ok());
    const Image small = noise(20, 10), large = noise(640, 480);
    const std::vector<float> expected = scores(detector.value(), small);
    for (int i = 0; i < 2; ++i) {
        Status status;
        {
            const MemoryLimit limit(MemoryLimit::kAny, 1 << 20);
            status = detector->detect(large.view()).status();
        }
        check_refused(status, StatusCode::out_of_memory, {"not enough memory", "640 x 480", "max_side"});
        CHECK(scores(detector.value(), small) == expected);
    }
    CHECK(detector->detect(large.view()).ok());
}

TEST_CASE("out of memory: beyond the largest size a picture is refused whatever memory there is") {
    auto detector = Detector::create(seeded_model("v2"));
    REQUIRE(detector.ok());
    const auto refusal = [&](int width, int height) {
        const std::uint8_t pixel = 0;  // no more are looked at
        const MemoryLimit limit(MemoryLimit::kAny, 1 << 20);
        return detector->detect({&pixel, width, height, width, PixelFormat::gray8}).status();
    };
    constexpr int kMost = std::numeric_limits<int>::max();
    for (const auto& [width, height] : {std::pair{kMost, kMost},
                                        {kMost, 1},
                                        {1, kMaxPictureSide + 1},
                                        {kMaxPictureSide, 17},
                                        {16385, 16384}}) {
        check_refused(refusal(width, height), StatusCode::limit_exceeded,
                      {std::to_string(width) + " x " + std::to_string(height) + " is too large",
                       "16777216 per side", "268435456 pixels"});
    }
    for (const auto& [width, height] :
         {std::pair{kMaxPictureSide, 16}, {16384, 16384}, {1, kMaxPictureSide}}) {
        check_refused(refusal(width, height), StatusCode::out_of_memory, {"not enough memory"});
    }
}

TEST_CASE("out of memory: loading a model and creating a detector say so") {
    const ByteString file = make_torch_zip(seeded_checkpoint("v2"));
    const auto load = [&] { return Model::from_bytes(octets_of(file), "seeded.pth").status(); };
    CHECK(fail_everywhere(load, nothing) > 100);
    {
        const MemoryLimit limit(MemoryLimit::kAny, 1 << 12);
        check_refused(load(), StatusCode::out_of_memory, {"not enough memory", "seeded.pth"});
    }

    const Model model = seeded_model("v2");
    CHECK(fail_everywhere([&] { return Detector::create(model).status(); }, nothing) > 0);
}

TEST_CASE("out of memory: reading pictures of every format says so") {
    const TempDir dir;
    const std::vector<std::pair<const char*, ByteString>> files = {
        {"jpeg", make_jpeg({.width = 20, .height = 20, .others = kNeutral, .progressive = true})},
        {"png", make_png({.width = 8, .height = 4}, zlib_stored(ByteString(4 * 25, '\0')))},
        {"pnm", "P6 8 4 255\n" + ByteString(96, 'x')}};
    for (const auto& picture : files) {
        const char* const name = picture.first;
        const ByteString& file = picture.second;
        CAPTURE(name);
        const std::filesystem::path path = dir / name;
        write_file(path, file);
        REQUIRE(read_image(path).ok());
        CHECK(fail_everywhere([&] { return decode_image(octets_of(file), name).status(); }, nothing) > 0);
        CHECK(fail_everywhere([&] { return read_image(path).status(); }, nothing) > 0);
    }
    const Image image = noise(30, 20);
    CHECK(fail_everywhere([&] { return to_bgr(image.view()).status(); }, nothing) > 0);
}

TEST_CASE("out of memory: a message that does not fit either is a shorter one") {
    const std::filesystem::path nowhere = "/nowhere/at/all/there/is/such/a/picture";
    Status decoding, reading;
    {
        const MemoryLimit limit(0);
        decoding = decode_image({}, "a name of more than a few letters").status();
        reading = read_image(nowhere).status();
    }
    check_refused(decoding, StatusCode::out_of_memory, {"out of memory"});
    check_refused(reading, StatusCode::out_of_memory, {"out of memory"});
}

TEST_CASE("out of memory: the classifier says so") {
    const Model model = seeded_model("classifier");
    const Image image = noise(30, 20);
    CHECK(fail_everywhere([&] { return featherface::classify(model, image.view(), 1).status(); }, nothing) >
          20);
}

}  // namespace
}  // namespace featherface::test
