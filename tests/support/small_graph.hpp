// Graphs of a few nodes, for tests of what rewrites a graph: parameters filled in by formula, nodes found by
// name, the whole written as text, outputs compared.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/graph/builder.hpp"
#include "engine/graph/graph.hpp"

namespace featherface::test {

// The graph with every parameter filled in by formula, and the builder's.
engine::Graph bound(engine::Graph graph);
engine::Graph finish(engine::Builder& net);

// Appends a node, which the builder may have no word for.
engine::ValueId append(engine::Graph& graph, engine::Operation operation, engine::Inputs inputs,
                       const std::string& name = "");

// The parameter of that name, or nullptr.
const engine::Parameter* find_parameter(const engine::Graph& graph, std::string_view name);

// Puts `values` in place of a parameter's own.
void set_values(engine::Graph& graph, std::string_view parameter, std::vector<float> values);

// A line for each node behind the picture, in order of execution:
//     relu = conv+relu(input) was conv norm
// says that the value `relu` is a convolution of `input` with ReLU as its epilogue, and that the outputs of
// `conv` and `norm` were dissolved into it. Values without a name stand as their kind in angle brackets. The
// outputs follow: "-> loc: heads", the value's first name behind the colon.
std::string describe(const engine::Graph& graph);

// The node whose value has that name. Fails the test case where there is none.
const engine::Node& node_named(const engine::Graph& graph, std::string_view name);

// What computes the named value, to look at or to change. Fails the test case when it is another operation.
template <class Op>
const Op& operation(const engine::Graph& graph, std::string_view name) {
    const Op* found = std::get_if<Op>(&node_named(graph, name).operation);
    REQUIRE_MESSAGE(found != nullptr, name << " is another operation");
    return *found;
}
template <class Op>
Op& operation(engine::Graph& graph, std::string_view name) {
    return const_cast<Op&>(operation<Op>(std::as_const(graph), name));
}

template <class Op>
int count(const engine::Graph& graph) {
    return static_cast<int>(
        std::count_if(graph.nodes.begin(), graph.nodes.end(),
                      [](const engine::Node& node) { return std::holds_alternative<Op>(node.operation); }));
}

// A parameter's values; none for kNone.
std::vector<float> values_of(const engine::Graph& graph, engine::ParameterId id);

// Both graphs, run on the same picture with every kind of kernels this CPU has, have the same outputs, but
// for rounding.
void check_same_outputs(const engine::Graph& before, const engine::Graph& after);

// The same, without any rounding.
void check_same_bits(const engine::Graph& before, const engine::Graph& after);

// The pass leaves the graph as it is: the same nodes, and outputs of the same bits.
void check_unchanged(const engine::Graph& graph, engine::Graph (*pass)(engine::Graph));

}  // namespace featherface::test
