// The accuracy budget: how far our float32 outputs and PyTorch's are from the oracle's, in double, on every
// reference dump. Ours may be twice as far at the most, on average and at the worst place, whatever the
// architecture and the mode, and the network as it is used, fused, is to be nearer on most. The figures of a
// run are printed.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "featherface/featherface.hpp"
#include "kernels/select.hpp"
#include "support/capture.hpp"
#include "support/npz.hpp"
#include "support/oracle_data.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"

namespace featherface::engine {
namespace {

constexpr std::array<const char*, 3> kOutputs = {"loc", "conf", "landms"};
struct Error {
    double largest = 0, mean = 0;
};
using Errors = std::array<Error, kOutputs.size()>;

// The largest of so few errors as a smaller picture's is as much chance as arithmetic: there the mean alone
// counts.
constexpr int kFewestPixels = 128 * 128;

Error error_of(std::span<const float> values, const test::oracle::Tensor& exact) {
    if (values.size() != exact.values.size()) return {INFINITY, INFINITY};
    Error total;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double difference = std::abs(values[i] - exact.values[i]);
        const double error = std::isfinite(difference) ? difference : INFINITY;
        total.largest = std::max(total.largest, error);
        total.mean += error / static_cast<double>(values.size());
    }
    return total;
}

// How often our error was below PyTorch's.
struct Score {
    int outputs = 0, below = 0;
};

struct Budget {
    std::string_view dump;
    int pixels;    // of its picture
    Errors torch;  // PyTorch's errors

    void check(const std::string& run, const Errors& ours, Score& score) const {
        for (std::size_t i = 0; i < kOutputs.size(); ++i) {
            CAPTURE(run);
            CAPTURE(std::string(kOutputs[i]));
            CHECK(ours[i].mean <= 2 * torch[i].mean);
            if (pixels >= kFewestPixels) CHECK(ours[i].largest <= 2 * torch[i].largest);
            ++score.outputs;
            if (ours[i].largest < torch[i].largest) ++score.below;
        }
        for (std::size_t i = 0; i < kOutputs.size(); ++i) {
            MESSAGE(dump << " " << run << ": " << kOutputs[i] << " " << ours[i].largest << ", mean "
                         << ours[i].mean << " (PyTorch " << torch[i].largest << ", mean " << torch[i].mean
                         << ")");
        }
    }
};

TEST_CASE("accuracy: no output's error is twice PyTorch's, mean or largest, and fused most are below it") {
    std::map<std::string, Score> scores;  // of a way to run the network
    for (const auto& [file, checkpoint_file, network] : test::kDetectorDumps) {
        FEATHERFACE_CAPTURE(file);
        FEATHERFACE_SHARED_FILE(path, file);
        FEATHERFACE_SHARED_FILE(weights, checkpoint_file);
        const auto dump = test::open_npz(path);
        const auto checkpoint = loaders::Checkpoint::open(weights);
        REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
        const auto picture = dump.read("image_bgr");
        REQUIRE(picture.ok());
        const int height = static_cast<int>(picture->shape[0]), width = static_cast<int>(picture->shape[1]);
        const ImageView view{reinterpret_cast<const std::uint8_t*>(picture->bytes.data()), width, height,
                             width * 3, PixelFormat::bgr8};

        const test::oracle::Predictions exact =
            run_detector(network, test::oracle_weights(checkpoint.value()),
                         test::oracle_input(test::oracle_tensor(dump, "image_bgr")));
        const auto errors = [&](std::span<const float> loc, std::span<const float> conf,
                                std::span<const float> landms) {
            return Errors{error_of(loc, exact.loc), error_of(conf, exact.conf),
                          error_of(landms, exact.landms)};
        };
        const Budget budget{file, height * width,
                            errors(test::read_f32(dump, "loc"), test::read_f32(dump, "conf"),
                                   test::read_f32(dump, "landms"))};

        for (const kernels::KernelTable* table : kernels::available_tables()) {
            for (const bool layerwise : {false, true}) {
                const std::string name =
                    std::string(table->arch) + (layerwise ? " layer by layer" : " fused");
                auto model = Model::load(
                    weights, {.layerwise = layerwise, .cpu_architecture = std::string(table->arch)});
                REQUIRE_MESSAGE(model.ok(), model.status().message());
                auto detector = Detector::create(std::move(model).value(), {});
                REQUIRE(detector.ok());
                const auto raw = detector->forward(view);
                REQUIRE(raw.ok());
                budget.check(name, errors(raw->loc, raw->conf, raw->landms), scores[name]);
            }
        }
    }
    for (const auto& [name, score] : scores) {
        FEATHERFACE_CAPTURE(name);
        const bool fused = name.ends_with("fused");
        MESSAGE(name << ": below PyTorch's in " << score.below << " of " << score.outputs);
        if (fused) CHECK(2 * score.below > score.outputs);
    }
}

}  // namespace
}  // namespace featherface::engine
