// y = (conv(x) + b - mean) * s + beta with s = gamma / sqrt(var + eps) is a convolution with weights W * s
// and bias (b - mean) * s + beta.
#include <Eigen/Core>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

using Vector = Eigen::ArrayXd;

Vector values_of(const Graph& graph, ParameterId id) {
    const auto& values = graph.parameters[static_cast<std::size_t>(id)].values;
    return Eigen::Map<const Eigen::ArrayXf>(values.data(), static_cast<Eigen::Index>(values.size()))
        .cast<double>();
}

template <class Convolution>
void fold(Graph& graph, Convolution& conv, const BatchNorm& norm) {
    const Vector scale = values_of(graph, norm.weight) / (values_of(graph, norm.variance) + norm.eps).sqrt();
    const Eigen::Index out = scale.size();
    const Vector old_bias = conv.bias == kNone ? Vector::Zero(out) : values_of(graph, conv.bias);
    const Vector bias = (old_bias - values_of(graph, norm.mean)) * scale + values_of(graph, norm.bias);

    // New parameters: the old ones may belong to other nodes too (V2's shared spatial gate).
    Parameter folded = graph.parameters[static_cast<std::size_t>(conv.weight)];
    Eigen::Map<Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> weights(
        folded.values.data(), out, static_cast<Eigen::Index>(folded.values.size()) / out);
    weights = (weights.template cast<double>().colwise() * scale).template cast<float>().eval();

    conv.weight = add_parameter(graph, folded.name + " (folded)", folded.shape, std::move(folded.values));
    std::vector<float> bias_values(static_cast<std::size_t>(out));
    Eigen::Map<Eigen::ArrayXf>(bias_values.data(), out) = bias.cast<float>();
    conv.bias = add_parameter(graph, folded.name + " (folded bias)", {out}, std::move(bias_values));
}

}  // namespace

Graph fold_batch_norm(Graph graph) {
    const std::vector<int> uses = count_uses(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto* norm = std::get_if<BatchNorm>(&graph.nodes[i].operation);
        if (!norm) continue;
        const ValueId producer = graph.nodes[i].inputs[0];
        if (uses[static_cast<std::size_t>(producer)] != 1) continue;
        Operation& before = graph.nodes[static_cast<std::size_t>(producer)].operation;
        if (auto* conv = std::get_if<Conv>(&before)) {
            if (conv->activation != Activation::none) continue;
            fold(graph, *conv, *norm);
        } else if (auto* deform = std::get_if<DeformConv>(&before)) {
            if (deform->activation != Activation::none) continue;
            fold(graph, *deform, *norm);
        } else {
            continue;
        }
        absorb(graph, producer, static_cast<ValueId>(i));
    }
    return eliminate_dead(std::move(graph));
}

}  // namespace featherface::engine
