// A softmax over the anchors of all levels becomes one per level.
#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/passes/passes.hpp"

namespace featherface::engine {

Graph sink_softmax(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    const auto node_of = [&](ValueId value) -> const Node& {
        return graph.nodes[static_cast<std::size_t>(value)];
    };
    const auto has_one_reader = [&](ValueId value) { return uses[static_cast<std::size_t>(value)] == 1; };

    // The softmaxes that can go, and the views before which they will be.
    std::vector<bool> goes(graph.nodes.size(), false), comes(graph.nodes.size(), false);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!std::holds_alternative<SoftmaxPairs>(graph.nodes[i].operation)) continue;
        const ValueId concat = graph.nodes[i].inputs[0];
        if (!std::holds_alternative<Concat>(node_of(concat).operation) || !has_one_reader(concat)) continue;
        const std::vector<ValueId>& parts = node_of(concat).inputs;
        goes[i] = std::all_of(parts.begin(), parts.end(), [&](ValueId part) {
            return std::holds_alternative<ToAnchors>(node_of(part).operation) && has_one_reader(part);
        });
        for (const ValueId part : parts) comes[static_cast<std::size_t>(part)] = goes[i];
    }

    Graph result{graph.name, {}, std::move(graph.parameters), std::move(graph.outputs)};
    std::vector<ValueId> moved(graph.nodes.size());  // where each old value is now
    const auto append = [&](Node node) {
        result.nodes.push_back(std::move(node));
        return static_cast<ValueId>(result.nodes.size()) - 1;
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        Node node = std::move(graph.nodes[i]);
        for (ValueId& input : node.inputs) input = moved[static_cast<std::size_t>(input)];
        if (comes[i]) {
            // The view's value is no longer the module's.
            std::move(node.names.begin(), node.names.end(), std::back_inserter(node.fused));
            node.names.clear();
            node.inputs[0] = append({SoftmaxPairs{}, node.inputs, {}, {}});
        }
        if (goes[i]) {
            moved[i] = node.inputs[0];
            Node& concat = result.nodes[static_cast<std::size_t>(moved[i])];
            std::move(concat.names.begin(), concat.names.end(), std::back_inserter(concat.fused));
            concat.names = std::move(node.names);
        } else {
            moved[i] = append(std::move(node));
        }
    }
    for (Output& output : result.outputs) output.value = moved[static_cast<std::size_t>(output.value)];
    return result;
}

}  // namespace featherface::engine
