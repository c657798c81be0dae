// BatchNorm in a convolution's epilogue, and where it has to stay a node.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish, test::operation;
using test::set_values, test::values_of;
using Floats = std::vector<float>;

// A 1x1 convolution to two channels, and a BatchNorm `norm` behind it.
Graph conv_and_norm(Bias bias, double eps) {
    Builder net("conv, norm");
    const ValueId conv = net.conv1x1("conv", net.input(3), 2, bias);
    net.output("out", net.batch_norm("norm", conv, eps));
    return finish(net);
}

TEST_CASE("fold_batch_norm: a BatchNorm becomes scale and bias of the convolution before it") {
    Graph graph = conv_and_norm(Bias::yes, 0.25);
    set_values(graph, "conv.bias", {1, -2});
    set_values(graph, "norm.weight", {3, 0.5});
    set_values(graph, "norm.bias", {10, 20});
    set_values(graph, "norm.running_mean", {5, 7});
    set_values(graph, "norm.running_var", {3.75, 0});  // with eps, the roots are 2 and 0.5
    const Graph folded = fold_batch_norm(graph);
    CHECK(describe(folded) ==
          "norm out = conv(input) was conv\n"
          "-> out: norm\n");
    const Conv& conv = operation<Conv>(folded, "norm");
    CHECK(values_of(folded, conv.scale) == Floats{1.5, 1});
    CHECK(values_of(folded, conv.bias) == Floats{(1 - 5) * 1.5f + 10, (-2 - 7) * 1.0f + 20});
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_batch_norm: a convolution without a bias gets one") {
    Graph graph = conv_and_norm(Bias::no, 0.25);
    set_values(graph, "norm.weight", {3, 0.5});
    set_values(graph, "norm.bias", {10, 20});
    set_values(graph, "norm.running_mean", {5, 7});
    set_values(graph, "norm.running_var", {3.75, 0});
    const Graph folded = fold_batch_norm(graph);
    CHECK(values_of(folded, operation<Conv>(folded, "norm").bias) == Floats{-5 * 1.5f + 10, -7 * 1.0f + 20});
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_batch_norm: the weights stay as they were, and the BatchNorm's parameters go") {
    const Graph graph = conv_and_norm(Bias::yes, 1e-5);
    const Graph folded = fold_batch_norm(graph);
    const Parameter* weight = test::find_parameter(folded, "conv.weight");
    REQUIRE(weight != nullptr);
    CHECK(weight->values == test::find_parameter(graph, "conv.weight")->values);
    CHECK(values_of(folded, operation<Conv>(folded, "norm").weight) == weight->values);
    CHECK(eliminate_dead(folded).parameters.size() == 3);  // weight, scale, bias
}

TEST_CASE("fold_batch_norm: scale and bias are computed in double and rounded once") {
    Graph graph = conv_and_norm(Bias::yes, 0);
    const float tiny = std::ldexp(1.0f, -40);
    set_values(graph, "conv.bias", {1, 1});
    set_values(graph, "norm.weight", {1, 1});
    set_values(graph, "norm.bias", {-1, 0});
    set_values(graph, "norm.running_mean", {tiny, 0});  // 1 - tiny is no float
    set_values(graph, "norm.running_var", {1, 3});
    const Graph folded = fold_batch_norm(graph);
    const Conv& conv = operation<Conv>(folded, "norm");
    CHECK(values_of(folded, conv.bias)[0] == -tiny);
    CHECK(values_of(folded, conv.scale)[1] == static_cast<float>(1 / std::sqrt(3.0)));
}

TEST_CASE("fold_batch_norm: a BatchNorm behind a deformable convolution is folded too") {
    Builder net("deform, norm");
    const ValueId deform = net.deform_conv3x3("deform", net.input(3), 4);
    net.output("out", net.batch_norm("norm", deform));
    const Graph graph = finish(net), folded = fold_batch_norm(graph);
    CHECK(describe(folded) ==
          "deform.offset_conv = conv(input)\n"
          "deform.modulator_conv = conv(input)\n"
          "norm out = deform_conv(input, deform.offset_conv, deform.modulator_conv) was deform\n"
          "-> out: norm\n");
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_batch_norm: convolutions one behind another each take their own BatchNorm") {
    Builder net("separable");
    const ValueId depthwise = net.batch_norm("0.1", net.depthwise3x3("0.0", net.input(3)), 1e-3);
    net.output("out", net.batch_norm("1.1", net.conv1x1("1.0", depthwise, 5)));
    const Graph graph = finish(net), folded = fold_batch_norm(graph);
    CHECK(describe(folded) ==
          "0.1 = conv(input) was 0.0\n"
          "1.1 out = conv(0.1) was 1.0\n"
          "-> out: 1.1\n");
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_batch_norm: a BatchNorm behind a convolution that others read too stays") {
    Builder net("two readers");
    const ValueId conv = net.conv1x1("conv", net.input(3), 4);
    net.output("out", net.add(net.batch_norm("norm", conv), conv));
    check_unchanged(finish(net), fold_batch_norm);
}

TEST_CASE("fold_batch_norm: a BatchNorm behind a convolution that is an output stays") {
    Builder net("output");
    const ValueId conv = net.conv1x1("conv", net.input(3), 4);
    net.output("map", conv);
    net.output("out", net.batch_norm("norm", conv));
    check_unchanged(finish(net), fold_batch_norm);
}

TEST_CASE("fold_batch_norm: a BatchNorm behind an activation stays, also behind one that is an epilogue") {
    Builder net("conv, relu, norm");
    const ValueId conv = net.conv1x1("conv", net.input(3), 4);
    net.output("out", net.batch_norm("norm", net.activate("relu", conv, Activation::relu)));
    const Graph graph = finish(net);
    check_unchanged(graph, fold_batch_norm);
    const Graph fused = fuse_activations(graph);
    REQUIRE(operation<Conv>(fused, "relu").activation == Activation::relu);
    check_unchanged(fused, fold_batch_norm);
}

TEST_CASE("fold_batch_norm: of two BatchNorms, one behind the other, the second stays") {
    Builder net("conv, norm, norm");
    const ValueId conv = net.conv1x1("conv", net.input(3), 4);
    net.output("out", net.batch_norm("second", net.batch_norm("first", conv)));
    const Graph graph = finish(net), folded = fold_batch_norm(graph);
    CHECK(describe(folded) ==
          "first = conv(input) was conv\n"
          "second out = batch_norm(first)\n"
          "-> out: second\n");
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_batch_norm: a BatchNorm behind anything else stays") {
    Builder net("pool, norm");
    const ValueId pool = net.max_pool("pool", net.input(3), MaxPool::Padding::one);
    net.output("out", net.batch_norm("norm", pool));
    check_unchanged(finish(net), fold_batch_norm);
}

}  // namespace
}  // namespace featherface::engine
