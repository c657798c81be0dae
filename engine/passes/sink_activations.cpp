// Activations move from behind a concat to before it.
#include <utility>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

Graph sink_activations(Graph graph) {
    Rewriting rewriting(std::move(graph));
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const auto* activate = std::get_if<Activate>(&rewriting.old(i).operation);
        // Only a concat directly before the activation can step aside for its inputs' activations.
        std::vector<Node>& nodes = rewriting.graph().nodes;
        if (activate && rewriting.reads_alone(i) && std::holds_alternative<Concat>(nodes.back().operation) &&
            index(rewriting.now(rewriting.old(i).inputs[0])) == nodes.size() - 1) {
            Node concat = std::move(nodes.back());
            nodes.pop_back();
            for (ValueId& part : concat.inputs) part = rewriting.append({*activate, {part}, {}, {}});
            rewriting.absorb(rewriting.append(std::move(concat)), i);
        } else {
            rewriting.keep(i);
        }
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
