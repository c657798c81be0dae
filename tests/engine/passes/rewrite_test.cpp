// What the passes share.
#include "engine/passes/rewrite.hpp"

#include <doctest/doctest.h>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::describe, test::finish, test::node_named;
using Names = std::vector<std::string>;
using Values = std::vector<ValueId>;

// A convolution, its activation, and two sums that read the activation, one of them twice.
struct Chain {
    Graph graph;
    ValueId conv, relu, sum, twice;

    Chain() {
        Builder net("chain");
        const ValueId picture = net.input(3);
        conv = net.conv1x1("conv", picture, 3);
        relu = net.activate("relu", conv, Activation::relu);
        sum = net.alias("sum", net.add(picture, relu));
        twice = net.alias("twice", net.add(relu, relu));
        net.output("map", relu);
        net.output("sum of all", net.add(sum, twice));
        graph = finish(net);
    }
    Node& node(ValueId value) { return graph.nodes[static_cast<std::size_t>(value)]; }
};

TEST_CASE("absorb: whoever read the reader reads the producer, outputs too, at whatever place") {
    Chain chain;
    absorb(chain.graph, chain.conv, chain.relu);
    CHECK(chain.node(chain.sum).inputs[1] == chain.conv);
    CHECK(chain.node(chain.twice).inputs == Values{chain.conv, chain.conv});
    CHECK(chain.graph.outputs[0].name == "map");
    CHECK(chain.graph.outputs[0].value == chain.conv);
}

TEST_CASE("absorb: all else is read as before") {
    Chain chain;
    const Graph before = chain.graph;
    absorb(chain.graph, chain.conv, chain.relu);
    CHECK(chain.node(chain.sum).inputs[0] == before.nodes[static_cast<std::size_t>(chain.sum)].inputs[0]);
    CHECK(chain.graph.nodes.back().inputs == before.nodes.back().inputs);
    CHECK(chain.graph.outputs[1].value == before.outputs[1].value);
    CHECK(chain.graph.nodes.size() == before.nodes.size());
}

TEST_CASE("absorb: the producer takes the reader's names and keeps its own as fused, in order of execution") {
    Chain chain;
    chain.node(chain.conv).fused = {"before"};
    chain.node(chain.relu).fused = {"between"};
    absorb(chain.graph, chain.conv, chain.relu);
    CHECK(chain.node(chain.conv).names == Names{"relu", "map"});
    CHECK(chain.node(chain.conv).fused == Names{"before", "conv", "between"});
    CHECK(chain.node(chain.relu).names.empty());
    CHECK(chain.node(chain.relu).fused.empty());
}

TEST_CASE("absorb: the reader is left without readers, for eliminate_dead to drop") {
    Chain chain;
    absorb(chain.graph, chain.conv, chain.relu);
    CHECK(count_uses(chain.graph)[static_cast<std::size_t>(chain.relu)] == 0);
    CHECK(describe(eliminate_dead(chain.graph)) ==
          "relu map = conv(input) was conv\n"
          "sum = add(input, relu)\n"
          "twice = add(relu, relu)\n"
          "sum of all = add(sum, twice)\n"
          "-> map: relu\n"
          "-> sum of all: sum of all\n");
}

TEST_CASE("add_parameter: the new parameter is the last, and counts as trained") {
    Chain chain;
    const std::size_t before = chain.graph.parameters.size();
    const ParameterId id = add_parameter(chain.graph, "conv.weight (scale)", {3}, {1, 2, 3});
    CHECK(id == static_cast<ParameterId>(before));
    REQUIRE(chain.graph.parameters.size() == before + 1);
    const Parameter& added = chain.graph.parameters.back();
    CHECK(added.name == "conv.weight (scale)");
    CHECK(added.shape == std::vector<std::int64_t>{3});
    CHECK(added.role == Parameter::Role::trained);
    CHECK(added.values == std::vector<float>{1, 2, 3});
}

TEST_CASE("find_readers: the nodes that read a value in order, each once; outputs are no readers") {
    const Chain chain;
    const auto readers = find_readers(chain.graph);
    REQUIRE(readers.size() == chain.graph.nodes.size());
    const auto readers_of = [&](ValueId value) { return readers[static_cast<std::size_t>(value)]; };
    CHECK(readers_of(find_value(chain.graph, "input")) == Values{chain.conv, chain.sum});
    CHECK(readers_of(chain.conv) == Values{chain.relu});
    CHECK(readers_of(chain.relu) == Values{chain.sum, chain.twice});
    CHECK(readers.back().empty());
}

TEST_CASE("count_uses: every input counts, also the second of one node, and every output") {
    Chain chain;
    const auto uses_of = [&](ValueId value) {
        return count_uses(chain.graph)[static_cast<std::size_t>(value)];
    };
    CHECK(uses_of(chain.conv) == 1);
    CHECK(uses_of(chain.relu) == 1 + 2 + 1);  // sum, twice, the output
    CHECK(uses_of(static_cast<ValueId>(chain.graph.nodes.size()) - 1) == 1);
    chain.graph.outputs.push_back({"map again", chain.relu});
    CHECK(uses_of(chain.relu) == 1 + 2 + 2);
    CHECK(node_named(chain.graph, "conv").names == Names{"conv"});
}

}  // namespace
}  // namespace featherface::engine
