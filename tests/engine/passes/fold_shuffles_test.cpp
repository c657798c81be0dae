// Shuffles in the weights of 1x1 convolutions, and where they have to stay.
#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish, test::operation;
using test::set_values, test::values_of;
using Floats = std::vector<float>;

TEST_CASE("fold_shuffles: a 1x1 convolution reads the channels where they were before the shuffle") {
    Builder net("shuffle, conv");
    const ValueId shuffle = net.shuffle("shuffle", net.input(3), {2, 0, 1});
    net.output("out", net.conv1x1("conv", shuffle, 2));
    Graph graph = finish(net);
    set_values(graph, "conv.weight", {1, 2, 3, 4, 5, 6});
    const Graph folded = fold_shuffles(graph);
    CHECK(describe(folded) ==
          "conv out = conv(input) was shuffle\n"
          "-> out: conv\n");
    const Conv& conv = operation<Conv>(folded, "conv");
    CHECK(values_of(folded, conv.weight) == Floats{2, 3, 1, 5, 6, 4});
    CHECK(eliminate_dead(folded).parameters.size() == 1);
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_shuffles: a grouped 1x1 convolution becomes a dense one, zero between the groups") {
    Builder net("shuffle, grouped conv");
    const ValueId map = net.conv1x1("before", net.input(3), 4);
    const ValueId shuffle = net.shuffle("shuffle", map, {0, 2, 1, 3});
    net.output("out", net.conv1x1("conv", shuffle, 4, Bias::no, /*groups=*/2));
    Graph graph = finish(net);
    set_values(graph, "conv.weight", {1, 2, 3, 4, 5, 6, 7, 8});
    const Graph folded = fold_shuffles(graph);
    const Conv& conv = operation<Conv>(folded, "conv");
    CHECK(conv.geometry.groups == 1);
    CHECK(values_of(folded, conv.weight) == Floats{1, 0, 2, 0,  //
                                                   3, 0, 4, 0,  //
                                                   0, 5, 0, 6,  //
                                                   0, 7, 0, 8});
    const Parameter& weight = folded.parameters[static_cast<std::size_t>(conv.weight)];
    CHECK(weight.shape == std::vector<std::int64_t>{4, 4, 1, 1});
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_shuffles: scale, bias and activation of the convolution stay") {
    Builder net("shuffle, conv, norm, relu");
    const ValueId conv = net.conv1x1("conv", net.shuffle("shuffle", net.input(3), {1, 2, 0}), 5, Bias::yes);
    net.output("out", net.activate("relu", net.batch_norm("norm", conv), Activation::relu));
    const Graph graph = fuse_activations(fold_batch_norm(finish(net)));
    const Graph folded = fold_shuffles(graph);
    CHECK(describe(folded) ==
          "relu out = conv+relu(input) was shuffle conv norm\n"
          "-> out: relu\n");
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_shuffles: each of several 1x1 convolutions, of whatever stride, takes the shuffle in") {
    Builder net("shuffle, convs");
    const ValueId shuffle = net.shuffle("shuffle", net.input(3), {2, 0, 1});
    net.output("a", net.conv1x1("a", shuffle, 4));
    net.output("b", net.conv("b", shuffle, {.out_channels = 2, .kernel = 1, .stride = 2}));
    const Graph graph = finish(net), folded = fold_shuffles(graph);
    CHECK(test::count<Shuffle>(folded) == 0);
    CHECK(test::node_named(folded, "a").fused == std::vector<std::string>{"shuffle"});
    CHECK(test::node_named(folded, "b").fused == std::vector<std::string>{"shuffle"});
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_shuffles: a module called behind a shuffle and without one keeps its own weights there") {
    Builder net("shared weights");
    const ValueId picture = net.input(3);
    net.output("shuffled", net.conv1x1("conv", net.shuffle("shuffle", picture, {2, 0, 1}), 4));
    net.output("plain", net.conv1x1("conv", picture, 4));
    const Graph graph = finish(net), folded = fold_shuffles(graph);
    CHECK(test::count<Shuffle>(folded) == 0);
    CHECK(folded.parameters.size() == 2);
    check_same_outputs(graph, folded);
}

TEST_CASE("fold_shuffles: a shuffle read by a 3x3 convolution stays, also where a 1x1 reads it too") {
    Builder net("shuffle, 3x3");
    const ValueId shuffle = net.shuffle("shuffle", net.input(3), {2, 0, 1});
    SUBCASE("alone") {}
    SUBCASE("and a 1x1 before it") {
        net.output("1x1", net.conv1x1("1x1.conv", shuffle, 4));
    }
    net.output("3x3", net.conv3x3("3x3.conv", shuffle, 4));
    SUBCASE("and a 1x1 behind it") {
        net.output("1x1", net.conv1x1("1x1.conv", shuffle, 4));
    }
    check_unchanged(finish(net), fold_shuffles);
}

TEST_CASE("fold_shuffles: a shuffle read by anything that is no convolution stays") {
    Builder net("shuffle, relu");
    const ValueId shuffle = net.shuffle("shuffle", net.input(3), {2, 0, 1});
    net.output("conv", net.conv1x1("conv", shuffle, 4));
    net.output("relu", net.activate("relu", shuffle, Activation::relu));
    check_unchanged(finish(net), fold_shuffles);
}

TEST_CASE("fold_shuffles: a shuffle that is an output stays") {
    Builder net("shuffle, output");
    const ValueId shuffle = net.shuffle("shuffle", net.input(3), {2, 0, 1});
    net.output("map", shuffle);
    net.output("out", net.conv1x1("conv", shuffle, 4));
    check_unchanged(finish(net), fold_shuffles);
}

}  // namespace
}  // namespace featherface::engine
