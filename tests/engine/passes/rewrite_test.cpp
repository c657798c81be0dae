// What the passes share.
#include "engine/passes/rewrite.hpp"

#include <doctest/doctest.h>

#include <span>

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

// The graph without its activation, whose value the convolution has.
Graph absorbed(const Chain& chain) {
    Rewriting rewriting(chain.graph);
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        if (i == index(chain.relu)) {
            rewriting.absorb(rewriting.now(chain.conv), i);
        } else {
            rewriting.keep(i);
        }
    }
    return rewriting.finish();
}

TEST_CASE("Rewriting: what is kept stays as it is") {
    const Chain chain;
    Rewriting rewriting(chain.graph);
    REQUIRE(rewriting.size() == chain.graph.nodes.size());
    for (std::size_t i = 0; i < rewriting.size(); ++i) rewriting.keep(i);
    const Graph kept = rewriting.finish();
    CHECK(describe(kept) == describe(chain.graph));
    CHECK(kept.parameters.size() == chain.graph.parameters.size());
    CHECK(kept.name == chain.graph.name);
}

TEST_CASE("Rewriting: whoever read what was absorbed reads the producer, outputs too, at whatever place") {
    CHECK(describe(absorbed(Chain())) ==
          "relu map = conv(input) was conv\n"
          "sum = add(input, relu)\n"
          "twice = add(relu, relu)\n"
          "sum of all = add(sum, twice)\n"
          "-> map: relu\n"
          "-> sum of all: sum of all\n");
}

TEST_CASE("Rewriting: the producer takes names over and keeps its own as fused, in order of execution") {
    Chain chain;
    chain.node(chain.conv).fused = {"before"};
    chain.node(chain.relu).fused = {"between"};
    const Graph graph = absorbed(chain);
    CHECK(node_named(graph, "relu").names == Names{"relu", "map"});
    CHECK(node_named(graph, "relu").fused == Names{"before", "conv", "between"});
}

TEST_CASE("Rewriting: a node that is put before another is read by it alone") {
    const Chain chain;
    Rewriting rewriting(chain.graph);
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        if (i != index(chain.sum)) {
            rewriting.keep(i);
            continue;
        }
        Node sum = rewriting.take(i);
        sum.inputs[1] = rewriting.append({Activate{Activation::sigmoid}, {sum.inputs[1]}, {"sigmoid"}, {}});
        rewriting.becomes(i, rewriting.append(std::move(sum)));
    }
    CHECK(describe(rewriting.finish()) ==
          "conv = conv(input)\n"
          "relu map = activation+relu(conv)\n"
          "sigmoid = activation+sigmoid(relu)\n"
          "sum = add(input, sigmoid)\n"
          "twice = add(relu, relu)\n"
          "sum of all = add(sum, twice)\n"
          "-> map: relu\n"
          "-> sum of all: sum of all\n");
}

TEST_CASE("Rewriting: a node reads alone what no other node and no output reads") {
    Chain chain;
    const Rewriting rewriting(chain.graph);
    CHECK(rewriting.reads_alone(index(chain.relu)));
    CHECK(!rewriting.reads_alone(index(chain.twice)));  // it reads the activation twice, and others do
    CHECK(!rewriting.reads_alone(index(chain.conv)));   // a sum reads the picture, too
    CHECK(!rewriting.reads_alone(0));                   // it has no inputs
    CHECK(rewriting.uses(chain.relu) == 1 + 2 + 1);
    chain.graph.outputs.push_back({"conv", chain.conv});
    CHECK(!Rewriting(chain.graph).reads_alone(index(chain.relu)));
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

TEST_CASE("Readers: the nodes that read a value in order, each once; outputs are no readers") {
    const Chain chain;
    const Readers readers(chain.graph);
    const auto readers_of = [&](ValueId value) {
        const std::span<const ValueId> found = readers[index(value)];
        return Values(found.begin(), found.end());
    };
    CHECK(readers_of(find_value(chain.graph, "input")) == Values{chain.conv, chain.sum});
    CHECK(readers_of(chain.conv) == Values{chain.relu});
    CHECK(readers_of(chain.relu) == Values{chain.sum, chain.twice});
    CHECK(readers_of(static_cast<ValueId>(chain.graph.nodes.size()) - 1).empty());
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
