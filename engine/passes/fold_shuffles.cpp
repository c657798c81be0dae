// Channel shuffles go into the order of the weights that read them.
#include <algorithm>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

bool is_pointwise(const Graph& graph, ValueId value) {
    const auto* conv = std::get_if<Conv>(&graph.nodes[static_cast<std::size_t>(value)].operation);
    return conv && conv->geometry.kernel == 1;
}

// Input channel i of `conv` is to be channel source[i] of what the shuffle read. Groups are spread out: after
// the shuffle their channels are no neighbours any more, so the weights become dense, zero between groups.
void permute_inputs(Graph& graph, Conv& conv, const std::vector<int>& source) {
    const ConvGeometry g = conv.geometry;
    const int group_in = g.in_channels / g.groups, group_out = g.out_channels / g.groups;
    const Parameter& old = graph.parameters[static_cast<std::size_t>(conv.weight)];
    const bool is_bound = !old.values.empty();
    std::vector<float> weights(
        is_bound ? static_cast<std::size_t>(g.out_channels) * static_cast<std::size_t>(g.in_channels) : 0,
        0.0f);
    for (int o = 0; o < g.out_channels && is_bound; ++o) {
        for (int i = 0; i < group_in; ++i) {
            const int from = source[static_cast<std::size_t>(o / group_out * group_in + i)];
            weights[static_cast<std::size_t>(o * g.in_channels + from)] =
                old.values[static_cast<std::size_t>(o * group_in + i)];
        }
    }
    conv.geometry.groups = 1;
    conv.weight = add_parameter(graph, old.name + " (shuffled)", {g.out_channels, g.in_channels, 1, 1},
                                std::move(weights));
}

}  // namespace

Graph fold_shuffles(Graph graph) {
    const auto readers = find_readers(graph);
    const std::vector<int> uses = count_uses(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto* shuffle = std::get_if<Shuffle>(&graph.nodes[i].operation);
        if (!shuffle || uses[i] != static_cast<int>(readers[i].size())) continue;
        if (!std::all_of(readers[i].begin(), readers[i].end(),
                         [&](ValueId r) { return is_pointwise(graph, r); }))
            continue;
        const std::vector<int> source = shuffle->source;
        for (const ValueId reader : readers[i]) {
            Node& node = graph.nodes[static_cast<std::size_t>(reader)];
            permute_inputs(graph, std::get<Conv>(node.operation), source);
            node.inputs[0] = graph.nodes[i].inputs[0];
            node.fused.insert(node.fused.begin(), graph.nodes[i].names.begin(), graph.nodes[i].names.end());
        }
    }
    return eliminate_dead(std::move(graph));
}

}  // namespace featherface::engine
