#include "bench/work.hpp"

#include <variant>

namespace featherface::bench {

namespace {

using namespace engine;

double products(const ConvGeometry& g, const Shape& output) {
    return static_cast<double>(output.elements()) * (g.in_channels / g.groups) * g.kernel * g.kernel;
}

double samples(const ConvGeometry& g, const Shape& output) {
    return static_cast<double>(output.height) * output.width * g.in_channels * g.kernel * g.kernel;
}

}  // namespace

double multiply_adds(const Graph& graph, int height, int width) {
    constexpr int kCorners = 4;
    const std::vector<Shape> shapes = infer_shapes(graph, height, width);
    double total = 0;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Operation& operation = graph.nodes[i].operation;
        if (const auto* conv = std::get_if<Conv>(&operation)) {
            total += products(conv->geometry, shapes[i]);
        } else if (const auto* deform = std::get_if<DeformConv>(&operation)) {
            total += products(deform->geometry, shapes[i]) + kCorners * samples(deform->geometry, shapes[i]);
        } else if (const auto* linear = std::get_if<Linear>(&operation)) {
            total += static_cast<double>(linear->in) * linear->out;
        }
    }
    return total;
}

}  // namespace featherface::bench
