// Convolutions of one map become one convolution, and their results slices of its channels.
#include <algorithm>
#include <utility>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

// What may become a slice of a wider map: a value that only deformable convolutions read, which take slices
// as well as whole maps, or the value of a head, read as anchors or by the softmax before them.
enum class Role { other, deform_input, head };

std::vector<Role> find_roles(const Graph& graph) {
    std::vector<Role> roles;
    for (const std::vector<ValueId>& readers : find_readers(graph)) {
        const auto all_are = [&](auto operation) {
            return !readers.empty() && std::all_of(readers.begin(), readers.end(), [&](ValueId reader) {
                return std::holds_alternative<decltype(operation)>(
                    graph.nodes[static_cast<std::size_t>(reader)].operation);
            });
        };
        const bool head = readers.size() == 1 && (all_are(SoftmaxPairs{}) || all_are(ToAnchors{}));
        roles.push_back(all_are(DeformConv{}) ? Role::deform_input : head ? Role::head : Role::other);
    }
    for (const Output& output : graph.outputs) roles[static_cast<std::size_t>(output.value)] = Role::other;
    return roles;
}

bool can_join(const Conv& a, const Conv& b) {
    const ConvGeometry &g = a.geometry, &h = b.geometry;
    return g.kernel == h.kernel && g.stride == h.stride && g.pad == h.pad && g.groups == 1 && h.groups == 1 &&
           a.activation == b.activation && a.input_range == b.input_range && a.scale == kNone &&
           b.scale == kNone && (a.bias == kNone) == (b.bias == kNone);
}

// Output channels of `others` behind those of `conv`.
void append_outputs(Graph& graph, Conv& conv, const std::vector<const Conv*>& others) {
    Parameter weight = graph.parameters[static_cast<std::size_t>(conv.weight)];
    std::vector<float> bias;
    if (conv.bias != kNone) bias = graph.parameters[static_cast<std::size_t>(conv.bias)].values;
    for (const Conv* other : others) {
        const auto& more = graph.parameters[static_cast<std::size_t>(other->weight)].values;
        weight.values.insert(weight.values.end(), more.begin(), more.end());
        if (conv.bias != kNone) {
            const auto& more_bias = graph.parameters[static_cast<std::size_t>(other->bias)].values;
            bias.insert(bias.end(), more_bias.begin(), more_bias.end());
        }
        conv.geometry.out_channels += other->geometry.out_channels;
    }
    weight.shape[0] = conv.geometry.out_channels;
    conv.weight = add_parameter(graph, weight.name + " (merged)", weight.shape, std::move(weight.values));
    if (conv.bias != kNone) {
        conv.bias = add_parameter(graph, weight.name + " (merged bias)", {conv.geometry.out_channels},
                                  std::move(bias));
    }
}

}  // namespace

Graph merge_siblings(Graph graph) {
    const auto readers = find_readers(graph);
    const std::vector<Role> roles = find_roles(graph);
    Graph result{graph.name, {}, std::move(graph.parameters), std::move(graph.outputs)};
    result.nodes.reserve(graph.nodes.size());
    std::vector<ValueId> moved(graph.nodes.size(), kNone);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (moved[i] != kNone) continue;  // merged into an earlier sibling
        const Node& old = graph.nodes[i];
        const ValueId read = old.inputs.empty() ? kNone : old.inputs[0];
        const auto emit = [&](Node n) {
            result.nodes.push_back(std::move(n));
            return static_cast<ValueId>(result.nodes.size()) - 1;
        };

        std::vector<std::size_t> siblings;
        if (const auto* conv = std::get_if<Conv>(&old.operation)) {
            for (const ValueId reader : readers[static_cast<std::size_t>(read)]) {
                const std::size_t j = static_cast<std::size_t>(reader);
                const auto* other = std::get_if<Conv>(&graph.nodes[j].operation);
                if (j > i && other && roles[i] != Role::other && roles[i] == roles[j] &&
                    can_join(*conv, *other))
                    siblings.push_back(j);
            }
        }
        const auto emit_node = [&](Node node) {
            for (ValueId& input : node.inputs) input = moved[static_cast<std::size_t>(input)];
            return emit(std::move(node));
        };
        if (siblings.empty()) {
            moved[i] = emit_node(std::move(graph.nodes[i]));
            continue;
        }
        Node node = old;  // what it was is asked for again below
        std::vector<const Conv*> others;
        for (const std::size_t j : siblings) others.push_back(&std::get<Conv>(graph.nodes[j].operation));
        siblings.insert(siblings.begin(), i);
        append_outputs(result, std::get<Conv>(node.operation), others);
        node.names.clear();
        node.fused.clear();
        const ValueId whole = emit_node(std::move(node));
        int first = 0;
        for (const std::size_t j : siblings) {
            const int channels = std::get<Conv>(graph.nodes[j].operation).geometry.out_channels;
            moved[j] = emit({Slice{first, channels}, {whole}, graph.nodes[j].names, graph.nodes[j].fused});
            first += channels;
        }
    }
    for (Output& output : result.outputs) output.value = moved[static_cast<std::size_t>(output.value)];
    return eliminate_dead(std::move(result));
}

}  // namespace featherface::engine
