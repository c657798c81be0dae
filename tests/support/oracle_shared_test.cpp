// The oracle against every dump of PyTorch's outputs for the published checkpoints: within PyTorch's own
// float32 rounding, so that the oracle may stand for PyTorch at sizes no dump has.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "support/npz.hpp"
#include "support/oracle/postprocess.hpp"
#include "support/oracle_data.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"

namespace featherface::test {
namespace {

using oracle::Tensor;

// PyTorch's own rounding in float32 is all the difference there is. Each bound is the largest found over the
// dumps, which is given behind it, with a little room; a wrong formula is off by far more.
constexpr double kLocRounding = 3.5e-5;     // 3.34e-5
constexpr double kConfRounding = 1.25e-5;   // 1.20e-5
constexpr double kLandmsRounding = 5e-5;    // 4.82e-5
constexpr double kLogitsRounding = 8e-6;    // 5.98e-6
constexpr double kLayerRounding = 7e-5;     // 6.59e-5, times max(1, |x|)
constexpr double kStemRounding = 1.15e-4;   // 1.10e-4: large products that cancel, before any BatchNorm
constexpr double kAnchorRounding = 6e-8;    // one rounding to float32, times max(1, |x|)
constexpr double kOverlap = 1 - 2.5e-5;     // 1 - 1.72e-5, of a face's box with PyTorch's
constexpr double kLandmarkRounding = 2e-3;  // 1.51e-3 pixels

const std::set<std::string> kNoModule = {"loc",   "conf",      "landms", "logits",
                                         "input", "image_bgr", "priors", "dets"};

struct Absolute {
    double operator()(double) const { return 1; }
};
struct Relative {
    double operator()(double expected) const { return std::max(1.0, std::fabs(expected)); }
};

// The largest difference, in the scale's units; infinite when the shapes differ or a value is not finite.
template <class Scale>
double largest_difference(const Tensor& actual, const Tensor& expected, Scale scale) {
    if (actual.shape != expected.shape) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < actual.values.size(); ++i) {
        const double difference =
            std::fabs(actual.values[i] - expected.values[i]) / scale(expected.values[i]);
        if (!std::isfinite(difference)) return INFINITY;
        largest = std::max(largest, difference);
    }
    return largest;
}

// An observer that compares each module it is told of, where the dump has it, and remembers their order.
struct CompareModules {
    const tools::NpzReader& dump;
    std::vector<std::string> compared;

    void operator()(const std::string& name, const Tensor& output) {
        if (!dump.contains(name)) return;
        compared.push_back(name);
        const double rounding = name == "body.stage1.0.0" ? kStemRounding : kLayerRounding;
        CHECK_MESSAGE(largest_difference(output, oracle_tensor(dump, name), Relative()) <= rounding, name);
    }
};

// The names in the dump that are modules' outputs, in its order, which is the order they were computed in.
std::vector<std::string> module_names(const tools::NpzReader& dump) {
    std::vector<std::string> names;
    for (const std::string& name : dump.names()) {
        if (!kNoModule.contains(name)) names.push_back(name);
    }
    return names;
}

double overlap(const double* a, const double* b) {
    const double width = std::min(a[2], b[2]) - std::max(a[0], b[0]);
    const double height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
    const double common = std::max(0.0, width) * std::max(0.0, height);
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common);
}

void check_faces(const std::vector<oracle::Detection>& faces, const Tensor& expected) {
    REQUIRE(static_cast<int>(faces.size()) == expected.shape[0]);
    for (std::size_t i = 0; i < faces.size(); ++i) {
        const double* row = &expected.values[15 * i];
        CHECK(overlap(faces[i].box.data(), row) > kOverlap);
        CHECK(std::fabs(faces[i].score - row[4]) <= kConfRounding);
        for (std::size_t k = 0; k < 10; ++k)
            CHECK(std::fabs(faces[i].landmarks[k] - row[5 + k]) <= kLandmarkRounding);
    }
}

void check_dump(std::string_view network, std::string_view checkpoint_name, std::string_view dump_name) {
    CAPTURE(dump_name);
    FEATHERFACE_SHARED_FILE(checkpoint_path, checkpoint_name);
    FEATHERFACE_SHARED_FILE(dump_path, dump_name);
    const auto checkpoint = loaders::Checkpoint::open(checkpoint_path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    const auto dump = open_npz(dump_path);

    const Tensor input = oracle_input(oracle_tensor(dump, "image_bgr"));
    if (dump.contains("input")) CHECK(input.values == oracle_tensor(dump, "input").values);

    CompareModules modules{dump, {}};
    const auto outputs = run_detector(network, oracle_weights(checkpoint.value()), input, std::ref(modules));
    CHECK(modules.compared == module_names(dump));

    const auto difference = [&](const Tensor& output, const char* name) {
        return largest_difference(output, oracle_tensor(dump, name), Absolute());
    };
    CHECK(difference(outputs.loc, "loc") <= kLocRounding);
    CHECK(difference(outputs.conf, "conf") <= kConfRounding);
    CHECK(difference(outputs.landms, "landms") <= kLandmsRounding);
    if (dump.contains("priors"))
        CHECK(largest_difference(oracle::anchors(input.width(), input.height()),
                                 oracle_tensor(dump, "priors"), Relative()) <= kAnchorRounding);
    check_faces(oracle::detect(outputs, input.width(), input.height()), oracle_tensor(dump, "dets"));
}

TEST_CASE("oracle: the detectors agree with PyTorch on every module, output and face of their dumps") {
    for (const auto& [file, checkpoint, network] : kDetectorDumps) check_dump(network, checkpoint, file);
}

TEST_CASE("oracle: the classifier agrees with PyTorch on its stages and logits") {
    FEATHERFACE_SHARED_FILE(checkpoint_path, kClassifierDump.checkpoint);
    FEATHERFACE_SHARED_FILE(dump_path, kClassifierDump.file);
    const auto checkpoint = loaders::Checkpoint::open(checkpoint_path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    const auto dump = open_npz(dump_path);

    CompareModules modules{dump, {}};
    const Tensor logits = oracle::run_classifier(oracle_weights(checkpoint.value()),
                                                 oracle_tensor(dump, "input"), std::ref(modules));
    CHECK(modules.compared == module_names(dump));
    CHECK(largest_difference(logits, oracle_tensor(dump, "logits"), Absolute()) <= kLogitsRounding);
}

}  // namespace
}  // namespace featherface::test
