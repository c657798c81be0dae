#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

bool one_of(Activation activation, std::initializer_list<Activation> allowed) {
    for (const Activation a : allowed) {
        if (a == activation) return true;
    }
    return false;
}

// Where `operation` keeps its epilogue, or nullptr when its kernel has no such one or it is taken.
Activation* free_epilogue(Operation& operation, Activation activation) {
    using enum Activation;
    Activation* epilogue = nullptr;
    if (auto* conv = std::get_if<Conv>(&operation); conv && one_of(activation, {relu, leaky_relu})) {
        epilogue = &conv->activation;
    } else if (auto* deform = std::get_if<DeformConv>(&operation);
               deform && one_of(activation, {relu, leaky_relu})) {
        epilogue = &deform->activation;
    } else if (auto* add = std::get_if<Add>(&operation); add && one_of(activation, {relu})) {
        epilogue = &add->activation;
    } else if (auto* sum = std::get_if<WeightedSum>(&operation); sum && one_of(activation, {swish})) {
        epilogue = &sum->activation;
    } else if (auto* linear = std::get_if<Linear>(&operation); linear && one_of(activation, {relu})) {
        epilogue = &linear->activation;
    }
    return epilogue && *epilogue == none ? epilogue : nullptr;
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
