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
    Rewriting rewriting(std::move(graph));
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const auto* activate = std::get_if<Activate>(&rewriting.old(i).operation);
        if (activate && rewriting.reads_alone(i)) {
            const ValueId producer = rewriting.now(rewriting.old(i).inputs[0]);
            Activation* epilogue = free_epilogue(rewriting.node(producer).operation, activate->activation);
            if (epilogue) {
                *epilogue = activate->activation;
                rewriting.absorb(producer, i);
                continue;
            }
        }
        rewriting.keep(i);
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
