#include "engine/graph.hpp"

#include <algorithm>
#include <array>

namespace featherface::engine {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

Shape infer_shape(const Node& node, const std::vector<Shape>& shapes, int height, int width) {
    const auto in = [&](std::size_t i) -> const Shape& {
        return shapes[static_cast<std::size_t>(node.inputs[i])];
    };
    const auto convolved = [&](const ConvGeometry& g) {
        const auto extent = [&](int n) { return (n + 2 * g.pad - g.kernel) / g.stride + 1; };
        return Shape{Shape::Kind::map, extent(in(0).height), extent(in(0).width), g.out_channels};
    };
    return std::visit(
        Overloaded{
            [&](const Input& op) {
                return Shape{Shape::Kind::map, height, width, op.channels};
            },
            [&](const Conv& op) { return convolved(op.geometry); },
            [&](const DeformConv& op) { return convolved(op.geometry); },
            [&](const Resize&) {
                return Shape{Shape::Kind::map, in(1).height, in(1).width, in(0).channels};
            },
            [&](const MaxPool&) {
                return Shape{Shape::Kind::map, (in(0).height + 1) / 2, (in(0).width + 1) / 2, in(0).channels};
            },
            [&](const GlobalPool&) {
                return Shape{Shape::Kind::vector, 1, 1, in(0).channels};
            },
            [&](const Linear& op) {
                return Shape{Shape::Kind::vector, 1, 1, op.out};
            },
            [&](const ChannelStats&) {
                return Shape{Shape::Kind::map, in(0).height, in(0).width, 2};
            },
            [&](const Concat&) {
                Shape shape = in(0);
                if (shape.kind == Shape::Kind::anchors) shape = {Shape::Kind::anchors, 0, 1, shape.channels};
                for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                    if (shape.kind == Shape::Kind::anchors) {
                        shape.height += in(i).height * in(i).width;
                    } else if (i > 0) {
                        shape.channels += in(i).channels;
                    }
                }
                return shape;
            },
            [&](const ToAnchors& op) {
                return Shape{Shape::Kind::anchors, in(0).height, in(0).width * (in(0).channels / op.values),
                             op.values};
            },
            [&](const FusionWeights&) {
                return Shape{Shape::Kind::list, 1, 1, 0};  // the extent comes from the parameter, below
            },
            [&](const auto&) { return in(0); },  // the rest keep their first input's shape
        },
        node.operation);
}

}  // namespace

std::string_view kind_of(const Operation& operation) {
    static constexpr std::array<std::string_view, std::variant_size_v<Operation>> kNames = {
        "input",       "conv",           "deform_conv",    "batch_norm",   "activation",
        "add",         "fusion_weights", "weighted_sum",   "resize",       "max_pool",
        "global_pool", "linear",         "scale_channels", "scale_pixels", "channel_stats",
        "concat",      "shuffle",        "to_anchors",     "softmax"};
    return kNames[operation.index()];
}

const Parameter* Graph::find_parameter(std::string_view parameter_name) const {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& p) { return p.name == parameter_name; });
    return found == parameters.end() ? nullptr : &*found;
}

std::vector<std::int64_t> Shape::torch_shape() const {
    switch (kind) {
        case Kind::map:
            return {1, channels, height, width};
        case Kind::vector:
            return {1, channels};
        case Kind::anchors:
            return {1, std::int64_t{height} * width, channels};
        case Kind::list:
            return {channels};
    }
    return {};
}

std::vector<Shape> infer_shapes(const Graph& graph, int height, int width) {
    std::vector<Shape> shapes;
    shapes.reserve(graph.nodes.size());
    for (const Node& node : graph.nodes) {
        Shape shape = infer_shape(node, shapes, height, width);
        if (const auto* weights = std::get_if<FusionWeights>(&node.operation)) {
            shape.channels =
                static_cast<int>(graph.parameters[static_cast<std::size_t>(weights->parameter)].shape[0]);
        }
        shapes.push_back(shape);
    }
    return shapes;
}

std::vector<int> count_uses(const Graph& graph) {
    std::vector<int> uses(graph.nodes.size(), 0);
    for (const Node& node : graph.nodes) {
        for (const ValueId input : node.inputs) ++uses[static_cast<std::size_t>(input)];
    }
    for (const Output& output : graph.outputs) ++uses[static_cast<std::size_t>(output.value)];
    return uses;
}

}  // namespace featherface::engine
