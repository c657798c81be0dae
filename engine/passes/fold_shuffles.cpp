// Channel shuffles go into the order of the weights that read them.
#include <algorithm>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

bool is_pointwise(const Node& node) {
    const auto* conv = std::get_if<Conv>(&node.operation);
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
    const Readers readers(graph);
    Rewriting rewriting(std::move(graph));
    const auto goes = [&](std::size_t i) {
        return std::holds_alternative<Shuffle>(rewriting.old(i).operation) &&
               rewriting.uses(static_cast<ValueId>(i)) == static_cast<int>(readers[i].size()) &&
               std::ranges::all_of(
                   readers[i], [&](ValueId reader) { return is_pointwise(rewriting.old(index(reader))); });
    };
    std::vector<bool> is_folded(rewriting.size(), false);
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const Inputs reads = rewriting.old(i).inputs;
        if (goes(i)) {
            is_folded[i] = true;
            rewriting.becomes(i, rewriting.now(reads[0]));
            continue;
        }
        rewriting.keep(i);
        if (reads.empty() || !is_folded[index(reads[0])]) continue;
        const Node& shuffle = rewriting.old(index(reads[0]));
        Node& conv = rewriting.graph().nodes.back();
        permute_inputs(rewriting.graph(), std::get<Conv>(conv.operation),
                       std::get<Shuffle>(shuffle.operation).source);
        conv.fused.insert(conv.fused.begin(), shuffle.names.begin(), shuffle.names.end());
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
