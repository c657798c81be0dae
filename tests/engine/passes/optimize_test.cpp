// The passes one behind another: what each needs of those before it.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::finish;

template <class Op>
std::vector<Op> all(const Graph& graph) {
    std::vector<Op> found;
    for (const Node& node : graph.nodes) {
        if (const auto* operation = std::get_if<Op>(&node.operation)) found.push_back(*operation);
    }
    return found;
}

bool is_there(const Graph& graph, std::string_view name) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
        return std::find(node.names.begin(), node.names.end(), name) != node.names.end();
    });
}

Graph conv_norm_relu() {
    Builder net("conv, norm, relu");
    const ValueId norm = net.batch_norm("norm", net.conv3x3("conv", net.input(3), 4));
    net.output("out", net.activate("relu", norm, Activation::relu));
    return finish(net);
}

TEST_CASE("optimize: a convolution takes its BatchNorm in, and then the activation behind that") {
    const Graph graph = conv_norm_relu(), optimised = optimize(graph);
    const auto convs = all<Conv>(optimised);
    REQUIRE(convs.size() == 1);
    CHECK(convs[0].scale != kNone);
    CHECK(convs[0].activation == Activation::relu);
    CHECK(all<BatchNorm>(optimised).empty());
    CHECK(all<Activate>(optimised).empty());
    check_same_outputs(graph, optimised);
}

TEST_CASE("optimize: the activation of a concat ends up in the convolutions that are its parts") {
    Builder net("branches");
    const ValueId picture = net.input(3);
    const ValueId a = net.batch_norm("a.1", net.conv3x3("a.0", picture, 4));
    const ValueId b = net.batch_norm("b.1", net.deform_conv3x3("b.0", picture, 4));
    net.output("out", net.activate("relu", net.concat({a, b}), Activation::relu));
    const Graph graph = finish(net), optimised = optimize(graph);
    CHECK(all<Activate>(optimised).empty());
    const auto deforms = all<DeformConv>(optimised);
    REQUIRE(deforms.size() == 1);
    CHECK(deforms[0].activation == Activation::relu);
    check_same_outputs(graph, optimised);
}

TEST_CASE("optimize: the convolution behind a shuffle takes shuffle, BatchNorm and activation in") {
    Builder net("shuffle, conv, norm, relu");
    const ValueId conv = net.conv1x1("conv", net.shuffle("shuffle", net.input(3), {2, 0, 1}), 4);
    net.output("out", net.activate("relu", net.batch_norm("norm", conv), Activation::relu));
    const Graph graph = finish(net), optimised = optimize(graph);
    CHECK(all<Shuffle>(optimised).empty());
    CHECK(all<BatchNorm>(optimised).empty());
    CHECK(all<Activate>(optimised).empty());
    CHECK(all<Conv>(optimised).size() == 1);
    check_same_outputs(graph, optimised);
}

TEST_CASE("optimize: the scores of two levels are computed on maps, and with the boxes of their level") {
    Builder net("two levels");
    const ValueId first = net.input(3), second = net.conv3x3("down", first, 3, 2);
    const auto heads = [&](const std::string& name, int values) {
        const ValueId a = net.to_anchors("", net.conv1x1(name, first, 2 * values, Bias::yes), values);
        const ValueId b = net.to_anchors("", net.conv1x1(name, second, 2 * values, Bias::yes), values);
        return net.concat({a, b});
    };
    net.output("loc", heads("box", 4));
    net.output("conf", net.softmax_pairs(heads("score", 2)));
    const Graph graph = finish(net), optimised = optimize(graph);
    CHECK(all<SoftmaxPairs>(optimised).size() == 2);
    CHECK(all<Conv>(optimised).size() == 1 + 2);  // down, and one for the heads of each level
    check_same_outputs(graph, optimised);
}

TEST_CASE("optimize: a value to be kept is there, and all else is fused as far as that allows") {
    const Graph graph = conv_norm_relu();
    CHECK_FALSE(is_there(optimize(graph), "norm"));
    const std::vector<std::string> keep = {"norm"};
    const Graph optimised = optimize(graph, keep);
    CHECK(is_there(optimised, "norm"));
    CHECK(all<BatchNorm>(optimised).empty());
    CHECK(all<Activate>(optimised).size() == 1);
    REQUIRE(optimised.outputs.size() == 1);
    check_same_outputs(graph, optimised);
}

TEST_CASE("optimize: names to be kept that the graph does not have are ignored") {
    const Graph graph = conv_norm_relu();
    const std::vector<std::string> keep = {"of another network", ""};
    const Graph optimised = optimize(graph, keep);
    CHECK(test::describe(optimised) == test::describe(optimize(graph)));
    CHECK(optimised.outputs.size() == 1);
}

}  // namespace
}  // namespace featherface::engine
