#include "engine/passes/rewrite.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/passes/passes.hpp"

namespace featherface::engine {

Rewriting::Rewriting(Graph graph)
    : uses_(count_uses(graph)),
      old_(std::move(graph.nodes)),
      moved_(old_.size(), kNone),
      new_{std::move(graph.name), {}, std::move(graph.parameters), std::move(graph.outputs)} {
    new_.nodes.reserve(old_.size());
}

Node Rewriting::take(std::size_t i) {
    Node node = std::move(old_[i]);
    for (ValueId& input : node.inputs) input = now(input);
    return node;
}

ValueId Rewriting::append(Node node) {
    new_.nodes.push_back(std::move(node));
    return static_cast<ValueId>(new_.nodes.size()) - 1;
}

void Rewriting::keep(std::size_t i) {
    Node& node = new_.nodes.emplace_back(std::move(old_[i]));
    for (ValueId& input : node.inputs) input = now(input);
    becomes(i, static_cast<ValueId>(new_.nodes.size()) - 1);
}

void Rewriting::absorb(ValueId producer, std::size_t i) {
    Node &into = node(producer), &from = old_[i];
    std::move(into.names.begin(), into.names.end(), std::back_inserter(into.fused));
    std::move(from.fused.begin(), from.fused.end(), std::back_inserter(into.fused));
    into.names = std::move(from.names);
    becomes(i, producer);
}

Graph Rewriting::finish() {
    for (Output& output : new_.outputs) output.value = now(output.value);
    return std::move(new_);
}

ParameterId add_parameter(Graph& graph, std::string name, TensorShape shape, std::vector<float> values) {
    graph.parameters.push_back({std::move(name), shape, Parameter::Role::trained, std::move(values)});
    return static_cast<ParameterId>(graph.parameters.size()) - 1;
}

namespace {

// A weighted sum holds its weights itself: where nobody asks for the value of its FusionWeights, their names
// go to the sum.
void adopt_fusion_weights(Graph& graph, const std::vector<bool>& needed) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto* weights = std::get_if<FusionWeights>(&graph.nodes[i].operation);
        if (!weights || needed[i]) continue;
        for (Node& node : graph.nodes) {
            const auto* sum = std::get_if<WeightedSum>(&node.operation);
            if (!sum || sum->parameter != weights->parameter) continue;
            std::move(graph.nodes[i].names.begin(), graph.nodes[i].names.end(),
                      std::back_inserter(node.fused));
            break;
        }
    }
}

}  // namespace

Graph eliminate_dead(Graph graph) {
    // Inputs come before their readers, so one backward sweep finds all that is needed.
    std::vector<bool> needed(graph.nodes.size(), false);
    for (const Output& output : graph.outputs) needed[static_cast<std::size_t>(output.value)] = true;
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        if (!needed[i]) continue;
        for (const ValueId input : graph.nodes[i].inputs) needed[static_cast<std::size_t>(input)] = true;
    }

    adopt_fusion_weights(graph, needed);

    std::vector<ValueId> renumbered(graph.nodes.size(), kNone);
    std::vector<ParameterId> parameter_ids(graph.parameters.size(), kNone);
    Graph live{graph.name, {}, {}, std::move(graph.outputs)};
    live.nodes.reserve(graph.nodes.size());
    live.parameters.reserve(graph.parameters.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!needed[i]) continue;
        Node node = std::move(graph.nodes[i]);
        for (ValueId& input : node.inputs) input = renumbered[static_cast<std::size_t>(input)];
        for_each_parameter(node.operation, [&](ParameterId& id) {
            if (id == kNone) return;
            ParameterId& known = parameter_ids[static_cast<std::size_t>(id)];
            if (known == kNone) {
                known = static_cast<ParameterId>(live.parameters.size());
                live.parameters.push_back(std::move(graph.parameters[static_cast<std::size_t>(id)]));
            }
            id = known;
        });
        renumbered[i] = static_cast<ValueId>(live.nodes.size());
        live.nodes.push_back(std::move(node));
    }
    for (Output& output : live.outputs) output.value = renumbered[static_cast<std::size_t>(output.value)];
    return live;
}

Graph optimize(Graph graph, std::span<const std::string> unfused) {
    // No pass touches an output, so what is to be kept is one until they are done.
    const std::size_t outputs = graph.outputs.size();
    for (const std::string& name : unfused) {
        const ValueId value = find_value(graph, name);
        if (value != kNone) graph.outputs.push_back({name, value});
    }
    graph = fold_batch_norm(std::move(graph));
    graph = sink_softmax(fuse_gates(fuse_activations(sink_activations(std::move(graph)))));
    graph = eliminate_dead(merge_siblings(fold_shuffles(fuse_pixels(std::move(graph)))));
    graph.outputs.resize(outputs);
    return graph;
}

}  // namespace featherface::engine
