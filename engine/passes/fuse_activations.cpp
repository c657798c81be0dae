#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

// Where `operation` keeps its epilogue, or nullptr when its kernel has no such one or it is taken.
Activation* free_epilogue(Operation& operation, Activation activation) {
    Activation* epilogue = nullptr;
    const auto look = [&](auto* op, auto epilogues) {
        if (op && op->activation == Activation::none && epilogues.has(activation)) epilogue = &op->activation;
    };
    look(std::get_if<Conv>(&operation), kernels::ConvEpilogues{});
    look(std::get_if<DeformConv>(&operation), kernels::ConvEpilogues{});
    look(std::get_if<Add>(&operation), kernels::AddEpilogues{});
    look(std::get_if<WeightedSum>(&operation), kernels::WeightedSumEpilogues{});
    look(std::get_if<Linear>(&operation), kernels::LinearEpilogues{});
    return epilogue;
}

}  // namespace

Graph fuse_activations(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto* activate = std::get_if<Activate>(&graph.nodes[i].operation);
        if (!activate) continue;
        const ValueId producer = graph.nodes[i].inputs[0];
        if (uses[static_cast<std::size_t>(producer)] != 1) continue;
        Activation* epilogue =
            free_epilogue(graph.nodes[static_cast<std::size_t>(producer)].operation, activate->activation);
        if (!epilogue) continue;
        *epilogue = activate->activation;
        absorb(graph, producer, static_cast<ValueId>(i));
    }
    return eliminate_dead(std::move(graph));
}

}  // namespace featherface::engine
