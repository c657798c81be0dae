// A softmax over the anchors of all levels becomes one per level.
#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

Graph sink_softmax(Graph graph) {
    Rewriting rewriting(std::move(graph));
    // The softmaxes that can go, and the views before which they will be.
    std::vector<bool> goes(rewriting.size(), false), comes(rewriting.size(), false);
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        if (!std::holds_alternative<SoftmaxPairs>(rewriting.old(i).operation)) continue;
        const Node& concat = rewriting.old(index(rewriting.old(i).inputs[0]));
        if (!std::holds_alternative<Concat>(concat.operation) || !rewriting.reads_alone(i)) continue;
        goes[i] = std::ranges::all_of(concat.inputs, [&](ValueId part) {
            return std::holds_alternative<ToAnchors>(rewriting.old(index(part)).operation) &&
                   rewriting.uses(part) == 1;
        });
        for (const ValueId part : concat.inputs) comes[index(part)] = goes[i];
    }

    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        if (goes[i]) {
            rewriting.absorb(rewriting.now(rewriting.old(i).inputs[0]), i);
        } else if (comes[i]) {
            Node view = rewriting.take(i);
            // The view's value is no longer the module's.
            std::move(view.names.begin(), view.names.end(), std::back_inserter(view.fused));
            view.names.clear();
            view.inputs[0] = rewriting.append({SoftmaxPairs{}, view.inputs, {}, {}});
            rewriting.becomes(i, rewriting.append(std::move(view)));
        } else {
            rewriting.keep(i);
        }
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
