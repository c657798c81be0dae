// Whole comparisons on the seeded networks, against dumps the oracle made.
#include "tools/crosscheck/comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "crosscheck/reference.hpp"
#include "engine/loaded_model.hpp"
#include "support/capture.hpp"
#include "support/files.hpp"
#include "support/oracle/postprocess.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/status_checks.hpp"
#include "support/text.hpp"
#include "tools/crosscheck/conclusion.hpp"

namespace featherface::tools {
namespace {

using test::contains;
using test::Reference;
using test::TempDir;

constexpr int kComparedHeight = 33, kComparedWidth = 47;
constexpr std::string_view kComparedNetworks[] = {"v1", "v2", "classifier"};

Result<Comparison> compare(const tools::NpzReader& reference, const Model& model,
                           const CompareOptions& options = {}) {
    const auto input = read_input(reference, "reference", model.architecture());
    REQUIRE_MESSAGE(input.ok(), input.status().message());
    engine::Session session(engine::program_of(model), 1);
    return compare_run(session, model.architecture(), input.value(), reference, options);
}

Model layerwise_model(std::string_view network) {
    return test::seeded_model(network, {.layerwise = true});
}

Model fused_model(std::string_view network) {
    return test::seeded_model(network, options_to_observe(Layers::stages));
}

const Row& row_of(const Comparison& comparison, std::string_view name) {
    const auto found = std::find_if(comparison.rows.begin(), comparison.rows.end(),
                                    [&](const Row& row) { return row.name == name; });
    REQUIRE_MESSAGE(found != comparison.rows.end(), "no row " << name);
    return *found;
}

TEST_CASE("comparison: layer by layer, every module of every network agrees with the oracle's") {
    const TempDir dir;
    for (const std::string_view network : kComparedNetworks) {
        CAPTURE(network);
        const Reference reference = test::seeded_reference(network, kComparedHeight, kComparedWidth);
        const auto comparison = compare(reference.write(dir / "r.npz"), layerwise_model(network));
        REQUIRE(comparison.ok());
        for (const Row& row : comparison.value().rows)
            CHECK_MESSAGE(row.verdict == Verdict::agrees, row.name);
        // There are all but the input, which the network was run on.
        CHECK(comparison.value().rows.size() == reference.arrays().size() - 1);
        CHECK(conclusion(comparison.value()) ==
              "Agreement: all " + std::to_string(reference.arrays().size() - 1) + " names compared agree.");
    }
}

TEST_CASE("comparison: fused, every name is compared or said to be fused, and the stages are compared") {
    const TempDir dir;
    for (const std::string_view network : kComparedNetworks) {
        CAPTURE(network);
        const Reference reference = test::seeded_reference(network, kComparedHeight, kComparedWidth);
        const Model model = fused_model(network);
        const auto result = compare(reference.write(dir / "r.npz"), model);
        REQUIRE(result.ok());
        const Comparison& comparison = result.value();
        CHECK(comparison.agrees());
        CHECK(comparison.rows.size() == reference.arrays().size() - 1);
        CHECK(comparison.count(Verdict::one_sided) == 0);
        CHECK(comparison.count(Verdict::fused) > comparison.compared());
        for (const std::string& stage : stage_names(model.architecture())) {
            CHECK_MESSAGE(row_of(comparison, stage).verdict == Verdict::agrees, stage);
        }
        const Row& fused = row_of(comparison, network == "classifier" ? "stage1.0.0" : "body.stage1.0.0");
        CHECK(fused.verdict == Verdict::fused);
        CHECK(fused.kind == "conv");
        CHECK(row_of(comparison, network == "classifier" ? "stage1" : "body.stage1").kind == "activation");
        CHECK(row_of(comparison, fused.fused_into).verdict == Verdict::agrees);
        CHECK(contains(conclusion(comparison),
                       std::to_string(comparison.count(Verdict::fused)) + " more are fused"));
        CHECK(verdict_text(fused) == "fused into " + fused.fused_into);
    }
}

// The seeded network with one BatchNorm's running_var scaled.
Model damaged_model(std::string_view network, const std::string& batch_norm, const ModelOptions& options) {
    std::vector<test::TorchTensor> tensors = test::seeded_checkpoint(network);
    bool found = false;
    for (test::TorchTensor& tensor : tensors) {
        if (tensor.name != batch_norm + ".running_var") continue;
        found = true;
        for (std::size_t i = 0; i < tensor.bytes.size(); i += sizeof(float))
            test::patch(tensor.bytes, i, 1.5f * test::peek<float>(tensor.bytes, i));
    }
    REQUIRE(found);
    const test::ByteString file = test::make_torch_zip(tensors);
    auto model = Model::from_bytes(test::octets_of(file), "damaged.pth", options);
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

TEST_CASE("comparison: one damaged BatchNorm is named as the first layer that differs") {
    const TempDir dir;
    const std::pair<std::string_view, std::string> cases[] = {{"v1", "ssh2.conv5X5_2.1"},
                                                              {"v1", "bifpn.1.conv4_up.bn"},
                                                              {"v2", "ssh2.conv7x7_2.1"},
                                                              {"v2", "bifpn.0.p4_down_channel.1"},
                                                              {"classifier", "stage2.3.4"}};
    for (const auto& [network, norm] : cases) {
        FEATHERFACE_CAPTURE(norm);
        const auto reference =
            test::seeded_reference(network, kComparedHeight, kComparedWidth).write(dir / "r.npz");
        const auto result = compare(reference, damaged_model(network, norm, {.layerwise = true}));
        REQUIRE(result.ok());
        REQUIRE(result.value().first_difference());
        CHECK(result.value().first_difference()->name == norm);
        CHECK(contains(conclusion(result.value()),
                       "First layer that differs: " + norm + " (batch_norm): largest"));

        // Fused, it is inside the step that is named.
        const auto fused =
            compare(reference, damaged_model(network, norm, options_to_observe(Layers::stages)));
        REQUIRE(fused.ok());
        REQUIRE(fused.value().first_difference());
        const Row& row = row_of(fused.value(), norm);
        const std::string& named = fused.value().first_difference()->name;
        CHECK_MESSAGE((named == norm || row.fused_into == named), named);
    }
}

TEST_CASE("comparison: --fail-fast ends at the first difference") {
    const TempDir dir;
    const auto reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth).write(dir / "r.npz");
    const Model model = damaged_model("v2", "ssh1.conv3x3.1", {.layerwise = true});
    const auto result = compare(reference, model, {.fail_fast = true});
    REQUIRE(result.ok());
    CHECK(result.value().stopped);
    CHECK(result.value().rows.back().name == "ssh1.conv3x3.1");
    CHECK(result.value().first_difference() == &result.value().rows.back());
    CHECK(contains(conclusion(result.value()), "Stopped there."));
}

TEST_CASE("comparison: the sentence counts the layers before, and tells the value that is worst") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v1", kComparedHeight, kComparedWidth);
    reference.at("body.stage1.0.1").values[100] += 1;
    const auto result = compare(reference.write(dir / "r.npz"), layerwise_model("v1"));
    REQUIRE(result.ok());
    const Row& row = row_of(result.value(), "body.stage1.0.1");
    CHECK(row.verdict == Verdict::differs);
    CHECK(row.difference.worst == 100);
    CHECK(row.difference.outside == 1);
    CHECK(verdict_text(row) == "DIFFERS at 1 of 3264");
    const std::string text = conclusion(result.value());
    CHECK(contains(text, "at (0, 0, 4, 4) "));
    CHECK(contains(text, "The one before it agrees: body.stage1.0.0."));
    CHECK(contains(text, " names compared differs."));
}

TEST_CASE("comparison: NaN and infinity are found and named, on both sides at once too") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth);
    reference.at("ssh1").values[7] = std::numeric_limits<float>::quiet_NaN();
    reference.at("loc").values[0] = -std::numeric_limits<float>::infinity();
    const auto npz = reference.write(dir / "r.npz");
    const auto result = compare(npz, layerwise_model("v2"));
    REQUIRE(result.ok());
    CHECK(row_of(result.value(), "ssh1").verdict == Verdict::not_finite);
    CHECK(row_of(result.value(), "ssh1").note == "1 NaN in the reference, first at (0, 0, 1, 1)");
    CHECK(row_of(result.value(), "loc").note == "1 infinite in the reference, first at (0, 0, 0)");

    const auto both = compare_dumps(npz, npz, {});
    REQUIRE(both.ok());
    CHECK(row_of(both.value(), "ssh1").verdict == Verdict::not_finite);
    CHECK(row_of(both.value(), "ssh1").note ==
          "1 NaN in ours, first at (0, 0, 1, 1); 1 NaN in the reference, first at (0, 0, 1, 1)");
    CHECK(row_of(both.value(), "ssh2").verdict == Verdict::agrees);
}

TEST_CASE("comparison: a transposed layer is recognised, with and without equal values") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v1", kComparedHeight, kComparedWidth);
    const auto to_nhwc = [&](const char* name) {
        test::NamedArray& array = reference.at(name);
        const std::size_t axes[] = {0, 2, 3, 1};
        array.values = transpose(array.values, array.shape, axes);
        array.shape = {array.shape[0], array.shape[2], array.shape[3], array.shape[1]};
    };
    to_nhwc("relu_0");
    to_nhwc("relu_1");
    to_nhwc("ssh1");
    reference.at("ssh1").shape.erase(reference.at("ssh1").shape.begin());
    reference.at("relu_1").values[3] += 1;
    reference.at("relu_2").shape = {1, 7, 3, 3};
    reference.at("relu_2").values.resize(63);
    const auto result = compare(reference.write(dir / "r.npz"), layerwise_model("v1"));
    REQUIRE(result.ok());
    CHECK(row_of(result.value(), "relu_0").note ==
          "the reference has (1, 5, 6, 64), NHWC: it agrees after transpose(0, 3, 1, 2)");
    CHECK(row_of(result.value(), "relu_1").note ==
          "the reference has (1, 3, 3, 128), NHWC: its values differ too after transpose(0, 3, 1, 2)");
    CHECK(row_of(result.value(), "relu_2").note == "the reference has (1, 7, 3, 3)");
    CHECK(row_of(result.value(), "ssh1").note ==
          "the reference has (5, 6, 64), NHWC: it agrees after transpose(2, 0, 1)");
    for (const char* name : {"relu_0", "relu_1", "relu_2", "ssh1"})
        CHECK(row_of(result.value(), name).verdict == Verdict::shape_differs);
}

TEST_CASE("comparison: a batch dimension left out is no difference") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth);
    for (const char* name : {"loc", "ssh1", "input"}) {
        auto& shape = reference.at(name).shape;
        shape.erase(shape.begin());
    }
    const auto result = compare(reference.write(dir / "r.npz"), layerwise_model("v2"));
    REQUIRE(result.ok());
    CHECK(result.value().agrees());
}

TEST_CASE("comparison: names the network does not have are told, and an empty comparison is no agreement") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth);
    reference.add({"my.own.module", {2}, {1, 2}});
    const auto extra = compare(reference.write(dir / "r.npz"), layerwise_model("v2"));
    REQUIRE(extra.ok());
    CHECK(row_of(extra.value(), "my.own.module").verdict == Verdict::one_sided);
    CHECK(extra.value().agrees());
    CHECK(contains(conclusion(extra.value()), "On one side only, so not compared: my.own.module."));

    Reference foreign;
    foreign.add("input", test::seeded_input("v2", kComparedHeight, kComparedWidth));
    foreign.add({"features.0", {2}, {1, 2}});
    const auto nothing = compare(foreign.write(dir / "f.npz"), layerwise_model("v2"));
    test::check_refused(nothing.status(), StatusCode::malformed, {"nothing to compare", "features.0"});
}

TEST_CASE("comparison: the input is compared with what becomes of the picture, priors with the anchors") {
    const TempDir dir;
    for (const std::string_view network : {"v1", "classifier"}) {
        CAPTURE(network);
        const Image picture = test::noise(kComparedWidth, kComparedHeight);
        const Model model = layerwise_model(network);
        const NetworkInput input = input_from(picture, model.architecture());
        Reference reference;
        reference.add({"input", {1, 3, input.height, input.width}, input.nchw});
        reference.add_picture(picture);
        if (network == "v1") {
            const test::oracle::Tensor anchors = test::oracle::anchors(kComparedWidth, kComparedHeight);
            reference.add("priors", anchors);
        }
        const auto same = compare(reference.write(dir / "r.npz"), model);
        REQUIRE(same.ok());
        CHECK(same.value().agrees());
        CHECK(row_of(same.value(), "input").difference.max_abs == 0);
        if (network == "v1") CHECK(row_of(same.value(), "priors").verdict == Verdict::agrees);

        reference.at("input").values[5] += 1;
        const auto other = compare(reference.write(dir / "r.npz"), model);
        REQUIRE(other.ok());
        CHECK(row_of(other.value(), "input").verdict == Verdict::differs);
    }
}

TEST_CASE("comparison: an input that is none is refused with what is wrong and what to do") {
    const TempDir dir;
    const auto refused = [&](const TensorShape& shape, std::initializer_list<std::string_view> words) {
        Reference reference;
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        reference.add({"input", shape, std::vector<float>(count)});
        const auto npz = reference.write(dir / "r.npz");
        test::check_refused(read_input(npz, "r.npz", Architecture::featherface_v1).status(),
                            StatusCode::malformed, words);
    };
    refused({1, 5, 7, 3}, {"r.npz", "'input'", "(1, 5, 7, 3)", "NHWC", "numpy.transpose(x, (0, 3, 1, 2))"});
    refused({1, 4, 5, 7}, {"(1, 4, 5, 7)", "expected (1, 3, height, width)"});
    refused({2, 3, 5, 7}, {"(2, 3, 5, 7)"});
    refused({1, 3, 0, 7}, {"pixels"});
    refused({105}, {"(105,)"});

    Reference neither;
    neither.add({"loc", {1}, {1}});
    const auto npz = neither.write(dir / "n.npz");
    test::check_refused(read_input(npz, "n.npz", Architecture::featherface_v1).status(),
                        StatusCode::malformed, {"neither 'input' nor 'image_bgr'"});
}

TEST_CASE("comparison: a tolerance of the user's holds for all layers") {
    const TempDir dir;
    const auto reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth).write(dir / "r.npz");
    CompareOptions options;
    options.tolerance = Tolerance{.absolute = 0, .relative = 0};
    const auto strict = compare(reference, layerwise_model("v2"), options);
    REQUIRE(strict.ok());
    CHECK_FALSE(strict.value().agrees());
    options.tolerance = Tolerance{.absolute = 1e6, .relative = 0};
    const auto lax = compare(reference, damaged_model("v2", "ssh1.conv3x3.1", {.layerwise = true}), options);
    REQUIRE(lax.ok());
    CHECK(lax.value().agrees());
}

TEST_CASE("comparison: --layers limits what is compared") {
    const TempDir dir;
    const auto reference = test::seeded_reference("v1", kComparedHeight, kComparedWidth).write(dir / "r.npz");
    const auto outputs = compare(reference, layerwise_model("v1"), {.layers = Layers::outputs});
    REQUIRE(outputs.ok());
    CHECK(outputs.value().rows.size() == 3);
    const auto stages = compare(reference, layerwise_model("v1"), {.layers = Layers::stages});
    REQUIRE(stages.ok());
    CHECK(stages.value().rows.size() == 3 + stage_names(Architecture::featherface_v1).size());
}

TEST_CASE("comparison: two dumps are compared by name, in the reference's order, whatever theirs") {
    const TempDir dir;
    Reference reference = test::seeded_reference("v2", kComparedHeight, kComparedWidth);
    const auto b = reference.write(dir / "b.npz");
    const auto same = compare_dumps(b, b, {});
    REQUIRE(same.ok());
    CHECK(same.value().agrees());
    CHECK(same.value().rows.size() == reference.arrays().size());
    CHECK(same.value().rows.front().name == "input");

    reference.remove("ssh1");
    reference.add({"only.here", {1}, {1}});
    reference.at("ssh2").values[0] += 1;
    const auto a = reference.write(dir / "a.npz");
    const auto other = compare_dumps(a, b, {});
    REQUIRE(other.ok());
    CHECK(row_of(other.value(), "ssh1").note == "only in the second dump");
    CHECK(row_of(other.value(), "only.here").note == "only in the first dump");
    REQUIRE(other.value().first_difference());
    CHECK(other.value().first_difference()->name == "ssh2");

    // What is not looked at is not reported as missing either.
    const auto outputs = compare_dumps(a, b, {.layers = Layers::outputs});
    REQUIRE(outputs.ok());
    CHECK(outputs.value().agrees());
    CHECK(outputs.value().rows.size() == 4);  // input, loc, conf, landms
}

}  // namespace
}  // namespace featherface::tools
