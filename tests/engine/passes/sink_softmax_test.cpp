// A softmax per level, and where it has to stay one.
#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish;

// Two levels' scores, as a detector has them: a map of two anchors per cell for each, and the view of it as
// anchors.
struct Levels {
    Builder net{"levels"};
    ValueId map_of_a, a, b;

    Levels() {
        const ValueId picture = net.input(3);
        map_of_a = net.conv1x1("a.conv", picture, 4);
        a = net.to_anchors("a", map_of_a, 2);
        b = net.to_anchors("b", net.conv3x3("b.conv", picture, 4, 2), 2);
    }
};

TEST_CASE("sink_softmax: the softmax of a concat of anchors becomes one for the map of each level") {
    Levels levels;
    Builder& net = levels.net;
    net.output("conf", net.softmax_pairs(net.alias("cat", net.concat({levels.a, levels.b}))));
    const Graph graph = finish(net), sunk = sink_softmax(graph);
    CHECK(describe(sunk) ==
          "a.conv = conv(input)\n"
          "<softmax> = softmax(a.conv)\n"
          "<to_anchors> = to_anchors(<softmax>) was a\n"
          "b.conv = conv(input)\n"
          "<softmax> = softmax(b.conv)\n"
          "<to_anchors> = to_anchors(<softmax>) was b\n"
          "conf = concat(<to_anchors>, <to_anchors>) was cat\n"
          "-> conf: conf\n");
    check_same_outputs(graph, sunk);
}

TEST_CASE("sink_softmax: the map itself keeps its values for others that read it") {
    Levels levels;
    Builder& net = levels.net;
    net.output("conf", net.softmax_pairs(net.concat({levels.a, levels.b})));
    net.output("relu", net.activate("relu", levels.map_of_a, Activation::relu));
    const Graph graph = finish(net), sunk = sink_softmax(graph);
    CHECK(test::count<SoftmaxPairs>(sunk) == 2);
    check_same_outputs(graph, sunk);
}

TEST_CASE("sink_softmax: the softmax of a concat that others read too, or that is an output, stays") {
    Levels levels;
    Builder& net = levels.net;
    const ValueId concat = net.concat({levels.a, levels.b});
    SUBCASE("others") {
        net.output("relu", net.activate("relu", concat, Activation::relu));
    }
    SUBCASE("an output") {
        net.output("logits", concat);
    }
    net.output("conf", net.softmax_pairs(concat));
    check_unchanged(finish(net), sink_softmax);
}

TEST_CASE("sink_softmax: a softmax stays where one level's anchors are read by others, or are an output") {
    Levels levels;
    Builder& net = levels.net;
    net.output("conf", net.softmax_pairs(net.concat({levels.a, levels.b})));
    SUBCASE("others, the first level's") {
        net.output("relu", net.activate("relu", levels.a, Activation::relu));
    }
    SUBCASE("others, the last level's") {
        net.output("relu", net.activate("relu", levels.b, Activation::relu));
    }
    SUBCASE("an output") {
        net.output("logits of a", levels.a);
    }
    check_unchanged(finish(net), sink_softmax);
}

TEST_CASE("sink_softmax: a softmax of anchors that are no concat stays") {
    Levels levels;
    Builder& net = levels.net;
    SUBCASE("a view") {
        net.output("conf", net.softmax_pairs(levels.a));
    }
    SUBCASE("another operation on a view") {
        net.output("conf", net.softmax_pairs(net.activate("relu", levels.a, Activation::relu)));
    }
    check_unchanged(eliminate_dead(finish(net)), sink_softmax);
}

TEST_CASE("sink_softmax: a softmax of a concat of maps stays") {
    Builder net("maps");
    const ValueId picture = net.input(3);
    const ValueId a = net.conv1x1("a", picture, 4), b = net.conv1x1("b", picture, 2);
    net.output("out", net.softmax_pairs(net.concat({a, b})));
    check_unchanged(finish(net), sink_softmax);
}

TEST_CASE("sink_softmax: a softmax stays where one part of the concat is no view of a map") {
    Levels levels;
    Builder& net = levels.net;
    net.output("conf",
               net.softmax_pairs(net.concat({levels.a, net.activate("relu", levels.b, Activation::relu)})));
    check_unchanged(finish(net), sink_softmax);
}

TEST_CASE("sink_softmax: a concat without a softmax stays") {
    Levels levels;
    Builder& net = levels.net;
    net.output("conf", net.activate("sigmoid", net.concat({levels.a, levels.b}), Activation::sigmoid));
    check_unchanged(finish(net), sink_softmax);
}

}  // namespace
}  // namespace featherface::engine
