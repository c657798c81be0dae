// A map behind its channel gate is read by a pixel gate, and by the statistics that this gate is made of. It
// costs a pass over the map to write it and one to read it, and its values are one product each.
#include <algorithm>
#include <iterator>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

// Whether the node takes the product of the map `gated` with a channel gate itself, if it is given both.
bool can_gate(const Node& node, ValueId gated) {
    if (std::count(node.inputs.begin(), node.inputs.end(), gated) != 1 || node.inputs[0] != gated)
        return false;
    return std::holds_alternative<ScalePixels>(node.operation) ||
           (std::holds_alternative<ChannelStats>(node.operation) && node.inputs.size() == 1);
}

// The sum of what the gates let through and the map they are put around is their node's, where it alone reads
// what they let through.
void take_sum(Graph& graph, ValueId attended, const std::vector<ValueId>& readers, int uses) {
    Node& node = graph.nodes[index(attended)];
    if (readers.size() != 1 || uses != 1) return;
    const Node& reader = graph.nodes[index(readers[0])];
    const auto* sum = std::get_if<Add>(&reader.operation);
    if (!sum || reader.inputs[0] != attended || reader.inputs[1] != node.inputs[0]) return;
    node.operation = Attend{.adds_input = true, .activation = sum->activation};
    absorb(graph, attended, readers[0]);
}

}  // namespace

Graph fuse_gates(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    const std::vector<std::vector<ValueId>> readers = find_readers(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!std::holds_alternative<ScaleChannels>(graph.nodes[i].operation)) continue;
        const ValueId gated = static_cast<ValueId>(i);
        const bool is_output = uses[i] != static_cast<int>(readers[i].size());
        if (is_output || readers[i].empty() ||
            !std::all_of(readers[i].begin(), readers[i].end(),
                         [&](ValueId reader) { return can_gate(graph.node(reader), gated); }))
            continue;
        const ValueId map = graph.nodes[i].inputs[0], gate = graph.nodes[i].inputs[1];
        for (const ValueId reader : readers[i]) {
            Node& node = graph.nodes[index(reader)];
            node.inputs[0] = map;
            node.inputs.insert(node.inputs.begin() + 1, gate);
            if (std::holds_alternative<ChannelStats>(node.operation)) continue;
            node.operation = Attend{};
            take_sum(graph, reader, readers[index(reader)], uses[index(reader)]);
        }
        // Its names go to the last that takes its product.
        Node& from = graph.nodes[i];
        Node& into = graph.nodes[index(readers[i].back())];
        std::move(from.names.begin(), from.names.end(), std::back_inserter(into.fused));
        std::move(from.fused.begin(), from.fused.end(), std::back_inserter(into.fused));
    }
    return eliminate_dead(std::move(graph));
}

}  // namespace featherface::engine
