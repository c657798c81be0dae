#include <algorithm>

#include "engine/passes/passes.hpp"

namespace featherface::engine {

namespace {

// Whether `value` can live inside another's memory: one reader, and memory of its own to move.
bool can_move(const Graph& graph, const std::vector<int>& uses, ValueId value) {
    const Node& node = graph.nodes[static_cast<std::size_t>(value)];
    if (uses[static_cast<std::size_t>(value)] != 1) return false;
    if (std::holds_alternative<ToAnchors>(node.operation)) return can_move(graph, uses, node.inputs[0]);
    return !std::holds_alternative<Input>(node.operation) && !std::holds_alternative<Slice>(node.operation) &&
           !std::holds_alternative<Concat>(node.operation);
}

}  // namespace

Graph place_concats(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    for (Node& node : graph.nodes) {
        auto* concat = std::get_if<Concat>(&node.operation);
        if (!concat) continue;
        concat->in_place = std::all_of(node.inputs.begin(), node.inputs.end(),
                                       [&](ValueId input) { return can_move(graph, uses, input); });
    }
    return graph;
}

}  // namespace featherface::engine
