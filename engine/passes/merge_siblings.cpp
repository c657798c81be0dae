// Convolutions of one map become one convolution, and their results slices of its channels.
#include <algorithm>
#include <span>
#include <utility>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

// What may become a slice of a wider map: a value that only deformable convolutions read, which take slices
// as well as whole maps, or the value of a head, read as anchors or by the softmax before them.
enum class Role { other, deform_input, head };

std::vector<Role> find_roles(const Graph& graph, const Readers& readers) {
    std::vector<Role> roles(graph.nodes.size(), Role::other);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto all_are = [&]<class Op>(Op) {
            return !readers[i].empty() && std::ranges::all_of(readers[i], [&](ValueId reader) {
                return std::holds_alternative<Op>(graph.node(reader).operation);
            });
        };
        if (all_are(DeformConv{})) {
            roles[i] = Role::deform_input;
        } else if (readers[i].size() == 1 && (all_are(SoftmaxPairs{}) || all_are(ToAnchors{}))) {
            roles[i] = Role::head;
        }
    }
    for (const Output& output : graph.outputs) roles[index(output.value)] = Role::other;
    return roles;
}

bool can_join(const Conv& a, const Conv& b) {
    const ConvGeometry &g = a.geometry, &h = b.geometry;
    return g.kernel == h.kernel && g.stride == h.stride && g.pad == h.pad && g.groups == 1 && h.groups == 1 &&
           a.activation == b.activation && a.input_range == b.input_range && a.scale == kNone &&
           b.scale == kNone && (a.bias == kNone) == (b.bias == kNone);
}

// Output channels of `others` behind those of `conv`.
void append_outputs(Graph& graph, Conv& conv, std::span<const Node> others) {
    Parameter weight = graph.parameters[static_cast<std::size_t>(conv.weight)];
    std::vector<float> bias;
    if (conv.bias != kNone) bias = graph.parameters[static_cast<std::size_t>(conv.bias)].values;
    for (const Node& node : others) {
        const Conv& other = std::get<Conv>(node.operation);
        const auto& more = graph.parameters[static_cast<std::size_t>(other.weight)].values;
        weight.values.insert(weight.values.end(), more.begin(), more.end());
        if (conv.bias != kNone) {
            const auto& more_bias = graph.parameters[static_cast<std::size_t>(other.bias)].values;
            bias.insert(bias.end(), more_bias.begin(), more_bias.end());
        }
        conv.geometry.out_channels += other.geometry.out_channels;
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
    const Readers readers(graph);
    const std::vector<Role> roles = find_roles(graph, readers);
    Rewriting rewriting(std::move(graph));
    std::vector<bool> is_merged(rewriting.size(), false);  // into an earlier sibling
    std::vector<std::size_t> siblings;
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        if (is_merged[i]) continue;
        siblings.clear();
        const auto* conv = std::get_if<Conv>(&rewriting.old(i).operation);
        if (conv && roles[i] != Role::other) {
            for (const ValueId reader : readers[index(rewriting.old(i).inputs[0])]) {
                const std::size_t j = index(reader);
                const auto* other = std::get_if<Conv>(&rewriting.old(j).operation);
                if (j > i && other && roles[i] == roles[j] && can_join(*conv, *other)) siblings.push_back(j);
            }
        }
        if (siblings.empty()) {
            rewriting.keep(i);
            continue;
        }
        siblings.insert(siblings.begin(), i);
        std::vector<Node> nodes;
        for (const std::size_t j : siblings) nodes.push_back(rewriting.take(j));
        Conv all = std::get<Conv>(nodes[0].operation);
        append_outputs(rewriting.graph(), all, std::span(nodes).subspan(1));
        const ValueId whole = rewriting.append({all, nodes[0].inputs, {}, {}});
        int first = 0;
        for (std::size_t k = 0; k < nodes.size(); ++k) {
            const int channels = std::get<Conv>(nodes[k].operation).geometry.out_channels;
            rewriting.becomes(
                siblings[k],
                rewriting.append(
                    {Slice{first, channels}, {whole}, std::move(nodes[k].names), std::move(nodes[k].fused)}));
            is_merged[siblings[k]] = true;
            first += channels;
        }
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
