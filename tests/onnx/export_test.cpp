#include "tools/onnx/export.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <span>

#include "engine/passes/passes.hpp"
#include "engine/topologies/topologies.hpp"
#include "onnx/interpreter.hpp"
#include "onnx/reader.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"
#include "support/status_checks.hpp"
#include "support/torch_writer.hpp"

namespace featherface::tools {
namespace {

using test::Extents;
using test::oracle::Tensor;

test::OnnxModel exported(std::string_view network, std::optional<OnnxSize> size) {
    const auto bytes = export_onnx(test::seeded_graph(network), size);
    REQUIRE_MESSAGE(bytes.ok(), bytes.status().message());
    return test::read_onnx(bytes.value());
}

using Counts = std::map<std::string, int>;

TEST_CASE("onnx: V1 is the operators one expects of it") {
    CHECK(exported("v1", OnnxSize{64, 96}).operation_counts() ==
          Counts{{"Add", 27},          {"Concat", 12},    {"Conv", 110},     {"DeformConv", 15},
                 {"Flatten", 12},      {"Gather", 3},     {"Gemm", 24},      {"GlobalAveragePool", 6},
                 {"GlobalMaxPool", 6}, {"LeakyRelu", 33}, {"MaxPool", 6},    {"Mul", 66},
                 {"Pad", 6},           {"ReduceMax", 6},  {"ReduceMean", 6}, {"Relu", 24},
                 {"Reshape", 15},      {"Resize", 6},     {"Sigmoid", 39},   {"Softmax", 1},
                 {"Transpose", 9}});
}

TEST_CASE("onnx: V2 is the operators one expects of it") {
    CHECK(exported("v2", OnnxSize{64, 96}).operation_counts() == Counts{{"Add", 24},
                                                                        {"Concat", 12},
                                                                        {"Conv", 88},
                                                                        {"Flatten", 12},
                                                                        {"Gather", 3},
                                                                        {"Gemm", 24},
                                                                        {"GlobalAveragePool", 6},
                                                                        {"GlobalMaxPool", 6},
                                                                        {"LeakyRelu", 27},
                                                                        {"MaxPool", 6},
                                                                        {"Mul", 40},
                                                                        {"ReduceMax", 6},
                                                                        {"ReduceMean", 6},
                                                                        {"Relu", 44},
                                                                        {"Reshape", 15},
                                                                        {"Resize", 4},
                                                                        {"Sigmoid", 20},
                                                                        {"Softmax", 1},
                                                                        {"Transpose", 9}});
}

TEST_CASE("onnx: the file says its versions, its input and its outputs") {
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const test::OnnxModel model =
            exported(network, OnnxSize{65, 47});  // anchors: 2 * (9 * 6 + 5 * 3 + 3 * 2)
        CHECK(model.opset == 19);
        CHECK(model.ir_version == 9);
        CHECK(model.inputs == std::map<std::string, Extents>{{"input", {1, 3, 65, 47}}});
        CHECK(model.outputs == std::map<std::string, Extents>{
                                   {"loc", {1, 150, 4}}, {"conf", {1, 150, 2}}, {"landms", {1, 150, 10}}});
    }
    const test::OnnxModel any_size = exported("v2", std::nullopt);
    CHECK(any_size.inputs == std::map<std::string, Extents>{{"input", {1, 3, test::kNamed, test::kNamed}}});
    CHECK(any_size.outputs == std::map<std::string, Extents>{{"loc", {1, test::kNamed, 4}},
                                                             {"conf", {1, test::kNamed, 2}},
                                                             {"landms", {1, test::kNamed, 10}}});
    const test::OnnxModel classifier = exported("classifier", OnnxSize{224, 224});
    CHECK(classifier.outputs == std::map<std::string, Extents>{{"logits", {1, 1000}}});
}

void check_order_of(const test::OnnxModel& model) {
    std::set<std::string> made{"input"}, read;
    for (const auto& [name, constant] : model.constants) CHECK(made.insert(name).second);
    for (const test::OnnxNode& node : model.nodes) {
        CAPTURE(node.outputs.at(0));
        for (const std::string& input : node.inputs) {
            CHECK((input.empty() || made.contains(input)));
            read.insert(input);
        }
        CHECK(node.outputs.size() == 1);
        CHECK(made.insert(node.outputs[0]).second);
    }
    for (const auto& [name, dims] : model.outputs) CHECK(made.contains(name));
    for (const auto& constant : model.constants) CHECK_MESSAGE(read.contains(constant.first), constant.first);
}

TEST_CASE("onnx: every tensor is made once, before it is read") {
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        check_order_of(exported(network, OnnxSize{64, 64}));
        check_order_of(exported(network, std::nullopt));
    }
}

TEST_CASE("onnx: what the file computes is what the oracle computes, also at odd sizes") {
    // Folding rounds weights to float, a relative 6e-8 each, which the layers amplify (2e-6 found); all else
    // here is in double. A wrong attribute is off by far more.
    constexpr double kTolerance = 1e-5;
    for (const std::string_view network : test::kDetectors) {
        for (const auto& size : {std::pair{64, 32}, {33, 47}}) {
            const auto [height, width] = size;
            CAPTURE(network);
            CAPTURE(size.first);
            const Tensor input = test::seeded_input(network, height, width);
            const auto weights = test::seeded_oracle_weights(network);
            const auto expected = run_detector(network, weights, input);
            for (const std::optional<OnnxSize> fixed :
                 {std::optional(OnnxSize{height, width}), std::optional<OnnxSize>()}) {
                CAPTURE(fixed.has_value());
                const test::OnnxModel model = exported(network, fixed);
                test::OnnxInterpreter interpreter(model);
                const auto& tensors = interpreter.run("input", input);
                const std::pair<std::string, const Tensor&> outputs[] = {
                    {"loc", expected.loc}, {"conf", expected.conf}, {"landms", expected.landms}};
                for (const auto& output : outputs) {
                    CAPTURE(output.first);
                    const Tensor &found = tensors.at(output.first), &reference = output.second;
                    REQUIRE(found.shape == reference.shape);
                    double largest = 0;
                    for (std::size_t i = 0; i < found.values.size(); ++i) {
                        const double scale = std::max(1.0, std::abs(reference.values[i]));
                        largest = std::max(largest, std::abs(found.values[i] - reference.values[i]) / scale);
                    }
                    CHECK(largest <= kTolerance);
                }
            }
        }
    }
}

TEST_CASE("onnx: a graph after fusion is refused, naming the node") {
    const auto fused = export_onnx(
        engine::fuse_activations(engine::fold_batch_norm(test::seeded_graph("v2"))), OnnxSize{64, 64});
    test::check_refused(fused.status(), StatusCode::unsupported, {"no ONNX form of 'body.stage1.0.2', conv"});
}

TEST_CASE("onnx: statistics of a map and its gate, which a pass puts together, are refused") {
    engine::Builder net("gates");
    const engine::ValueId map = net.conv1x1("map", net.input(3), 5);
    const engine::ValueId gate = net.global_pool("gate", map, engine::GlobalPool::Kind::average);
    net.output("out", net.channel_stats("stats", net.scale_channels("gated", map, gate), true));
    const engine::Graph graph = test::finish(net);
    CHECK(export_onnx(graph, OnnxSize{64, 64}).ok());
    const auto fused = export_onnx(engine::fuse_gates(graph), OnnxSize{64, 64});
    test::check_refused(fused.status(), StatusCode::unsupported, {"no ONNX form of 'out', channel_stats"});
}

TEST_CASE("onnx: a checkpoint of an unknown network is refused") {
    const std::vector<float> values(4);
    const test::ByteString file = test::make_torch_zip({test::make_tensor("layer.weight", {2, 2}, values)});
    auto checkpoint = loaders::Checkpoint::from_bytes(std::as_bytes(std::span(file)), "other.pth");
    REQUIRE(checkpoint.ok());
    const auto refused = export_onnx(checkpoint.value(), std::nullopt);
    test::check_refused(refused.status(), StatusCode::wrong_model, {"other.pth", "unknown network"});
}

}  // namespace
}  // namespace featherface::tools
