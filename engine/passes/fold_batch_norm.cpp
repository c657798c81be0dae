// y = (conv(x) + b - mean) * s + beta with s = gamma / sqrt(var + eps) is a convolution with scale s and bias
// (b - mean) * s + beta. The scale stays out of the weights: multiplied in, each weight would be rounded once
// more, and those errors, the same at every pixel, add up through the network to more than everything else
// does.
#include <Eigen/Core>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

Eigen::ArrayXd array_of(const Graph& graph, ParameterId id) {
    const auto& values = graph.parameters[static_cast<std::size_t>(id)].values;
    return Eigen::Map<const Eigen::ArrayXf>(values.data(), static_cast<Eigen::Index>(values.size()))
        .cast<double>();
}

// Of an unbound graph's there are no values, only shapes.
ParameterId add_vector(Graph& graph, std::string name, int channels, const Eigen::ArrayXd& values) {
    std::vector<float> rounded(static_cast<std::size_t>(values.size()));
    Eigen::Map<Eigen::ArrayXf>(rounded.data(), values.size()) = values.cast<float>();
    return add_parameter(graph, std::move(name), {channels}, std::move(rounded));
}

template <class Convolution>
bool fold(Graph& graph, Convolution* conv, const BatchNorm& norm) {
    if (!conv || conv->activation != Activation::none || conv->scale != kNone) return false;
    const Eigen::ArrayXd scale =
        array_of(graph, norm.weight) / (array_of(graph, norm.variance) + norm.eps).sqrt();
    Eigen::ArrayXd shift = -array_of(graph, norm.mean);
    if (conv->bias != kNone) shift += array_of(graph, conv->bias);
    const auto named = [&](const char* what) { return graph.parameters[index(conv->weight)].name + what; };
    const int channels = conv->geometry.out_channels;
    conv->scale = add_vector(graph, named(" (scale)"), channels, scale);
    conv->bias = add_vector(graph, named(" (bias)"), channels, shift * scale + array_of(graph, norm.bias));
    return true;
}

}  // namespace

Graph fold_batch_norm(Graph graph) {
    Rewriting rewriting(std::move(graph));
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const auto* norm = std::get_if<BatchNorm>(&rewriting.old(i).operation);
        if (norm && rewriting.reads_alone(i)) {
            const ValueId producer = rewriting.now(rewriting.old(i).inputs[0]);
            Operation& before = rewriting.node(producer).operation;
            if (fold(rewriting.graph(), std::get_if<Conv>(&before), *norm) ||
                fold(rewriting.graph(), std::get_if<DeformConv>(&before), *norm)) {
                rewriting.absorb(producer, i);
                continue;
            }
        }
        rewriting.keep(i);
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
