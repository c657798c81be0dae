// Activations before a concat, and where they have to stay behind it.
#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish;

// The parts of a concat: convolutions `a` and `b` of the picture.
struct Parts {
    Builder net{"parts"};
    ValueId a, b;

    Parts() {
        const ValueId picture = net.input(3);
        a = net.conv1x1("a", picture, 4);
        b = net.conv1x1("b", picture, 5);
    }
};

TEST_CASE("sink_activations: the activation of a concat becomes one for each part") {
    Parts parts;
    Builder& net = parts.net;
    net.output("out", net.activate("relu", net.concat({parts.a, parts.b}), Activation::relu));
    const Graph graph = finish(net), sunk = sink_activations(graph);
    CHECK(describe(sunk) ==
          "a = conv(input)\n"
          "b = conv(input)\n"
          "<activation> = activation+relu(a)\n"
          "<activation> = activation+relu(b)\n"
          "relu out = concat(<activation>, <activation>)\n"
          "-> out: relu\n");
    check_same_outputs(graph, sunk);
}

TEST_CASE("sink_activations: a concat that had a name keeps it as fused") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId concat = net.alias("cat", net.concat({parts.a, parts.b}));
    net.output("out", net.activate("relu", concat, Activation::leaky_relu));
    const Graph sunk = sink_activations(finish(net));
    CHECK(describe(sunk) ==
          "a = conv(input)\n"
          "b = conv(input)\n"
          "<activation> = activation+leaky_relu(a)\n"
          "<activation> = activation+leaky_relu(b)\n"
          "relu out = concat(<activation>, <activation>) was cat\n"
          "-> out: relu\n");
}

TEST_CASE("sink_activations: what reads the activation reads the concat afterwards") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId relu = net.activate("relu", net.concat({parts.a, parts.b}), Activation::relu);
    net.output("sum", net.add(relu, net.conv1x1("c", relu, 9)));
    net.output("map", relu);
    const Graph graph = finish(net), sunk = sink_activations(graph);
    CHECK(describe(sunk) ==
          "a = conv(input)\n"
          "b = conv(input)\n"
          "<activation> = activation+relu(a)\n"
          "<activation> = activation+relu(b)\n"
          "relu map = concat(<activation>, <activation>)\n"
          "c = conv(relu)\n"
          "sum = add(relu, c)\n"
          "-> sum: sum\n"
          "-> map: relu\n");
    check_same_outputs(graph, sunk);
}

TEST_CASE("sink_activations: the activation of a concat that others read too stays") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId concat = net.concat({parts.a, parts.b});
    net.output("out", net.add(net.activate("relu", concat, Activation::relu), concat));
    check_unchanged(finish(net), sink_activations);
}

TEST_CASE("sink_activations: the activation of a concat that is an output stays") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId concat = net.concat({parts.a, parts.b});
    net.output("map", concat);
    net.output("out", net.activate("relu", concat, Activation::relu));
    check_unchanged(finish(net), sink_activations);
}

TEST_CASE("sink_activations: an activation that stands behind a concat but does not read it stays") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId concat = net.concat({parts.a, parts.b});
    net.output("relu", net.activate("relu", parts.a, Activation::relu));
    net.output("c", net.conv1x1("c", concat, 2));
    check_unchanged(finish(net), sink_activations);
}

TEST_CASE("sink_activations: an activation with another node between it and its concat stays") {
    Parts parts;
    Builder& net = parts.net;
    const ValueId concat = net.concat({parts.a, parts.b});
    const ValueId other = net.conv1x1("c", parts.a, 9);
    net.output("out", net.add(net.activate("relu", concat, Activation::relu), other));
    check_unchanged(finish(net), sink_activations);
}

TEST_CASE("sink_activations: an activation of anything else stays") {
    Parts parts;
    Builder& net = parts.net;
    net.output("a.relu", net.activate("relu", net.add(parts.a, parts.a), Activation::relu));
    check_unchanged(eliminate_dead(finish(net)), sink_activations);
}

}  // namespace
}  // namespace featherface::engine
