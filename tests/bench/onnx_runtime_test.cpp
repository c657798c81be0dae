// What `featherface export` writes, run by ONNX Runtime where bench/peers/install.sh has put it (or where
// $FEATHERFACE_ONNXRUNTIME says it is): one file for pictures of any size.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/peers/onnx_runtime.hpp"
#include "featherface/detector.hpp"
#include "support/differences.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"
#include "support/skipped.hpp"
#include "tools/onnx/export.hpp"

namespace featherface::bench {
namespace {

std::filesystem::path onnx_runtime_library() {
    if (const char* library = std::getenv("FEATHERFACE_ONNXRUNTIME")) return library;
    const std::filesystem::path folder = std::filesystem::path(FEATHERFACE_SOURCE_DIR) /
                                         "build/peers/node_modules/onnxruntime-node/bin/napi-v6/linux";
    for (const char* arch : {"x64", "arm64"}) {
        const std::filesystem::path library = folder / arch / "libonnxruntime.so.1";
        if (std::filesystem::exists(library)) return library;
    }
    return {};
}

std::vector<float> planes_of(const Image& bgr) {
    constexpr float kMeanBgr[] = {104, 117, 123};
    std::vector<float> planes;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = c; i < bgr.pixels.size(); i += 3)
            planes.push_back(static_cast<float>(bgr.pixels[i]) - kMeanBgr[c]);
    }
    return planes;
}

}  // namespace

TEST_CASE("export: ONNX Runtime computes what the engine does, at every size from one file") {
    const std::filesystem::path library = onnx_runtime_library();
    if (library.empty()) {
        MESSAGE("SKIPPED: ONNX Runtime is not installed (bench/peers/install.sh)");
        return test::note_skipped();
    }
    const auto runtime = OnnxRuntime::load(library);
    REQUIRE_MESSAGE(runtime.ok(), runtime.status().message());
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const auto onnx = tools::export_onnx(test::seeded_graph(network), std::nullopt);
        REQUIRE_MESSAGE(onnx.ok(), onnx.status().message());
        auto detector = Detector::create(test::seeded_model(network), {});
        REQUIRE(detector.ok());
        for (const auto& size : {std::pair{96, 64}, {47, 33}, {64, 65}}) {
            const auto [width, height] = size;
            CAPTURE(size.first);
            const Image picture = test::noise(width, height);
            auto session = OnnxSession::open(runtime.value(), onnx.value(),
                                             {.input = "input",
                                              .input_shape = {1, 3, height, width},
                                              .outputs = {"loc", "conf", "landms"}});
            REQUIRE_MESSAGE(session.ok(), session.status().message());
            const std::vector<float> planes = planes_of(picture);
            std::ranges::copy(planes, session->input().begin());
            REQUIRE(session->run().ok());
            const auto raw = detector->forward(picture.view());
            REQUIRE(raw.ok());
            // Both compute in float32, each in its order.
            constexpr double kTolerance = 1e-4;
            CHECK(test::largest_error(session->output(0), raw->loc) <= kTolerance);
            CHECK(test::largest_error(session->output(1), raw->conf) <= kTolerance);
            CHECK(test::largest_error(session->output(2), raw->landms) <= kTolerance);
        }
    }
}

}  // namespace featherface::bench
