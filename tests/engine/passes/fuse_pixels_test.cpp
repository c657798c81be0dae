// The stem that reads the picture itself, and where pixels have to stay a node.
#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_bits, test::check_unchanged, test::describe, test::finish;

TEST_CASE("fuse_pixels: a stem that alone reads the pixels reads the picture") {
    Builder net("stem");
    net.output("out",
               net.activate("relu", net.conv3x3("stem", net.input(3), 8, /*stride=*/2), Activation::relu));
    const Graph graph = fuse_activations(finish(net)), fused = fuse_pixels(graph);
    CHECK(describe(fused) ==
          "relu out = conv+relu(<input>) was input stem\n"
          "-> out: relu\n");
    CHECK(test::count<ReadPixels>(fused) == 0);
    CHECK(test::operation<Conv>(fused, "relu").reads_pixels);
    check_same_bits(graph, fused);
}

TEST_CASE("fuse_pixels: pixels that something else takes, or another convolution reads, stay") {
    Builder net("others");
    const ValueId picture = net.input(3);
    Graph graph;
    SUBCASE("two readers") {
        net.output("a", net.conv3x3("stem", picture, 8, 2));
        net.output("b", net.conv1x1("other", picture, 4));
        graph = finish(net);
    }
    SUBCASE("an output") {
        net.output("a", net.conv3x3("stem", picture, 8, 2));
        net.output("b", picture);
        graph = finish(net);
    }
    SUBCASE("another number of channels") {
        net.output("a", net.conv3x3("stem", picture, 9, 2));
        graph = finish(net);
    }
    SUBCASE("another stride") {
        net.output("a", net.conv3x3("stem", picture, 8));
        graph = finish(net);
    }
    SUBCASE("a stem of no pixels") {
        net.output("a", net.conv3x3("stem", net.conv1x1("first", picture, 3), 8, 2));
        graph = finish(net);
    }
    check_unchanged(graph, fuse_pixels);
}

}  // namespace
}  // namespace featherface::engine
