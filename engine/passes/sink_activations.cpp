// Activations move from behind a concat to before it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/passes/passes.hpp"

namespace featherface::engine {

Graph sink_activations(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    Graph result{graph.name, {}, std::move(graph.parameters), std::move(graph.outputs)};
    std::vector<ValueId> moved(graph.nodes.size());  // where each old value is now
    const auto append = [&](Node node) {
        result.nodes.push_back(std::move(node));
        return static_cast<ValueId>(result.nodes.size()) - 1;
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        Node node = std::move(graph.nodes[i]);
        for (ValueId& input : node.inputs) input = moved[static_cast<std::size_t>(input)];
        const auto* activate = std::get_if<Activate>(&node.operation);
        // Only a concat directly before the activation can step aside for its inputs' activations.
        const bool after_concat = activate && std::holds_alternative<Concat>(result.nodes.back().operation) &&
                                  node.inputs[0] == static_cast<ValueId>(result.nodes.size()) - 1;
        if (after_concat && uses[i - 1] == 1) {
            Node concat = std::move(result.nodes.back());
            result.nodes.pop_back();
            for (ValueId& part : concat.inputs) part = append({*activate, {part}, {}, {}});
            std::move(concat.names.begin(), concat.names.end(), std::back_inserter(concat.fused));
            concat.names = std::move(node.names);
            moved[i] = append(std::move(concat));
        } else {
            moved[i] = append(std::move(node));
        }
    }
    for (Output& output : result.outputs) output.value = moved[static_cast<std::size_t>(output.value)];
    return result;
}

}  // namespace featherface::engine
