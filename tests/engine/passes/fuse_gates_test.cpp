// Gates around a map as one node, and where they have to stay apart.
#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_bits, test::check_unchanged, test::describe, test::finish;

// A map behind its channel gate, and what a pixel gate makes of that.
struct Gates {
    Builder net{"gates"};
    ValueId map, channel_gate, gated, logits, pixel_gated;

    Gates() {
        map = net.conv1x1("map", net.input(3), 5);
        channel_gate = net.global_pool("channel gate", map, GlobalPool::Kind::average);
        gated = net.scale_channels("gated", map, channel_gate);
        logits = net.conv1x1("logits", net.channel_stats("stats", gated, true), 1);
        pixel_gated = net.scale_pixels("pixel gated", gated, logits);
    }
    Graph with_output(ValueId value) {
        net.output("out", value);
        return eliminate_dead(finish(net));
    }
};

TEST_CASE("fuse_gates: both gates, the sum with the map and its activation are one node") {
    Gates gates;
    Builder& net = gates.net;
    const ValueId sum = net.add(gates.pixel_gated, gates.map);
    const Graph graph = gates.with_output(net.activate("relu", sum, Activation::relu));
    const Graph fused = fuse_gates(fuse_activations(graph));
    CHECK(describe(fused) ==
          "map = conv(input)\n"
          "<row_stats> = row_stats(map)\n"
          "channel gate = global_pool(<row_stats>)\n"
          "stats = channel_stats(map, channel gate)\n"
          "logits = conv(stats)\n"
          "relu out = attend+relu(map, channel gate, logits) was gated pixel gated\n"
          "-> out: relu\n");
    check_same_bits(graph, fused);
}

TEST_CASE("fuse_gates: without a sum, or with one that something else takes, the gates alone are one node") {
    Gates gates;
    Builder& net = gates.net;
    Graph graph;
    SUBCASE("none") {
        graph = gates.with_output(gates.pixel_gated);
    }
    SUBCASE("a sum with another map") {
        const ValueId other = net.conv1x1("other", gates.map, 5);
        graph = gates.with_output(net.add(gates.pixel_gated, other));
    }
    SUBCASE("a sum of what other nodes read too") {
        const ValueId sum = net.add(gates.pixel_gated, gates.map);
        graph = gates.with_output(net.add(sum, net.conv1x1("other", gates.pixel_gated, 5)));
    }
    SUBCASE("a sum of an output") {
        net.output("kept", gates.pixel_gated);
        graph = gates.with_output(net.add(gates.pixel_gated, gates.map));
    }
    const Graph fused = fuse_gates(graph);
    CHECK_FALSE(test::operation<Attend>(fused, "pixel gated").adds_input);
    CHECK(test::count<ScaleChannels>(fused) == 0);
    CHECK(test::count<Add>(fused) == test::count<Add>(graph));
    check_same_bits(graph, fused);
}

TEST_CASE("fuse_gates: statistics alone read the map and the gate, too") {
    Gates gates;
    const Graph graph = gates.with_output(gates.logits), fused = fuse_gates(graph);
    CHECK(test::node_named(fused, "stats").inputs.size() == 2);
    CHECK(test::count<ScaleChannels>(fused) == 0);
    check_same_bits(graph, fused);
}

TEST_CASE("fuse_gates: a gated map that is read in another way stays") {
    Gates gates;
    Builder& net = gates.net;
    Graph graph;
    SUBCASE("by a convolution") {
        graph = gates.with_output(net.add(gates.pixel_gated, net.conv1x1("other", gates.gated, 5)));
    }
    SUBCASE("as an output") {
        net.output("kept", gates.gated);
        graph = gates.with_output(gates.pixel_gated);
    }
    SUBCASE("as the only output") {
        graph = gates.with_output(gates.gated);
    }
    SUBCASE("as a pixel gate") {
        const ValueId narrow = net.conv1x1("narrow", gates.map, 1);
        const ValueId gate = net.scale_channels("narrow gated", narrow,
                                                net.global_pool("pool", narrow, GlobalPool::Kind::maximum));
        graph = gates.with_output(net.scale_pixels("out", gates.map, gate));
    }
    check_unchanged(graph, fuse_gates);
}

TEST_CASE("fuse_gates: a gated map that nothing reads goes") {
    Builder net("dead");
    const ValueId map = net.conv1x1("map", net.input(3), 5);
    net.scale_channels("gated", map, net.global_pool("gate", map, GlobalPool::Kind::average));
    net.output("out", map);
    const Graph graph = finish(net);
    CHECK(describe(eliminate_dead(fuse_gates(graph))) == describe(eliminate_dead(graph)));
}

}  // namespace
}  // namespace featherface::engine
