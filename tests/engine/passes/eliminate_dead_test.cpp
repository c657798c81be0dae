// What nothing reads goes, and only that.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish;

std::vector<std::string> parameter_names(const Graph& graph) {
    std::vector<std::string> names;
    for (const Parameter& parameter : graph.parameters) names.push_back(parameter.name);
    return names;
}

// The names of all parameters that operations hold, node by node.
std::vector<std::string> held_parameters(const Graph& graph) {
    std::vector<std::string> names;
    for (const Node& node : graph.nodes) {
        for_each_parameter(node.operation, [&](ParameterId id) {
            names.push_back(id == kNone ? "none" : graph.parameters[static_cast<std::size_t>(id)].name);
        });
    }
    return names;
}

TEST_CASE("eliminate_dead: what no output needs goes, and its parameters with it") {
    Builder net("dead ends");
    const ValueId picture = net.input(3);
    const ValueId dead = net.conv1x1("dead", picture, 4, Bias::yes);
    const ValueId live = net.conv1x1("live", picture, 4, Bias::yes);
    net.batch_norm("dead too", dead);
    net.output("out", net.activate("relu", live, Activation::relu));
    const Graph graph = finish(net), after = eliminate_dead(graph);
    CHECK(describe(after) ==
          "live = conv(input)\n"
          "relu out = activation+relu(live)\n"
          "-> out: relu\n");
    CHECK(parameter_names(after) == std::vector<std::string>{"live.weight", "live.bias"});
    check_same_outputs(graph, after);
}

TEST_CASE("eliminate_dead: what any output needs stays, an input of two nodes too") {
    Builder net("two outputs");
    const ValueId conv = net.conv1x1("conv", net.input(3), 4);
    const ValueId relu = net.activate("relu", conv, Activation::relu);
    net.output("sum", net.add(relu, conv));
    net.output("map", relu);
    check_unchanged(finish(net), eliminate_dead);
}

TEST_CASE("eliminate_dead: every operation keeps its parameters") {
    Builder net("all that have parameters");
    const ValueId picture = net.input(3);
    const ValueId conv = net.conv3x3("conv", picture, 4, 1, Bias::yes);
    const ValueId norm = net.batch_norm("norm", net.deform_conv3x3("deform", conv, 4));
    const ValueId sum = net.weighted_sum("w", "w_relu", 2, {conv, norm});
    const ValueId pool = net.global_pool("pool", sum, GlobalPool::Kind::average);
    net.output("out", net.linear("linear", pool, 2, Bias::yes));
    Graph graph = finish(net);
    graph.outputs.push_back({"w_relu", find_value(graph, "w_relu")});
    const auto held = held_parameters(graph);
    // Parameters in another order get other numbers.
    std::reverse(graph.parameters.begin(), graph.parameters.end());
    const int last = static_cast<int>(graph.parameters.size()) - 1;
    for (Node& node : graph.nodes) {
        for_each_parameter(node.operation, [&](ParameterId& id) { id = id == kNone ? kNone : last - id; });
    }
    REQUIRE(held_parameters(graph) == held);
    const Graph after = eliminate_dead(graph);
    CHECK(held_parameters(after) == held);
    CHECK(after.parameters.size() == graph.parameters.size());
    check_same_outputs(graph, after);
}

TEST_CASE("eliminate_dead: a parameter that two nodes share stays one, where one of them is dead too") {
    Builder net("shared");
    const ValueId picture = net.input(3);
    net.conv1x1("dead", picture, 4);
    const ValueId once = net.conv1x1("conv", picture, 3);
    const ValueId twice = net.conv1x1("conv", once, 3);
    net.conv1x1("conv", picture, 3);
    net.output("out", twice);
    const Graph graph = finish(net), after = eliminate_dead(graph);
    CHECK(parameter_names(after) == std::vector<std::string>{"conv.weight"});
    CHECK(held_parameters(after) ==
          std::vector<std::string>{"conv.weight", "none", "none", "conv.weight", "none", "none"});
    check_same_outputs(graph, after);
}

TEST_CASE("eliminate_dead: fusion weights that nobody asks for leave their names to their sum") {
    Builder net("weighted sums");
    const ValueId picture = net.input(3);
    const ValueId relu = net.activate("relu", picture, Activation::relu);
    net.output("first", net.weighted_sum("w1", "w1_relu", 2, {picture, relu}));
    net.output("second", net.weighted_sum("w2", "w2_relu", 2, {relu, picture}));
    const Graph graph = finish(net), after = eliminate_dead(graph);
    CHECK(describe(after) ==
          "relu = activation+relu(input)\n"
          "first = weighted_sum(input, relu) was w1_relu\n"
          "second = weighted_sum(relu, input) was w2_relu\n"
          "-> first: first\n"
          "-> second: second\n");
    check_same_outputs(graph, after);
}

TEST_CASE("eliminate_dead: fusion weights that are an output stay, and keep their names") {
    Builder net("a weighted sum");
    const ValueId picture = net.input(3);
    net.output("out", net.weighted_sum("w", "w_relu", 2, {picture, picture}));
    Graph graph = finish(net);
    graph.outputs.push_back({"w_relu", find_value(graph, "w_relu")});
    check_unchanged(graph, eliminate_dead);
}

}  // namespace
}  // namespace featherface::engine
