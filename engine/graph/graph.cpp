#include "engine/graph/graph.hpp"

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

}  // namespace

Shape infer_shape(const Node& node, std::span<const Shape> inputs, int height, int width) {
    const auto in = [&](std::size_t i) -> const Shape& { return inputs[i]; };
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
            [&](const RowStats&) {
                return Shape{Shape::Kind::map, in(0).height, 1, 2 * in(0).channels};
            },
            [&](const GlobalPool&) {
                return Shape{Shape::Kind::vector, 1, 1, in(0).channels / 2};
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
            [&](const FusionWeights& op) {
                return Shape{Shape::Kind::list, 1, 1, op.count};
            },
            [&](const Slice& op) {
                return Shape{Shape::Kind::map, in(0).height, in(0).width, op.channels};
            },
            [&](const Strips& op) {
                return infer_stage_shapes(node, inputs)[static_cast<std::size_t>(op.outputs[0])];
            },
            [&](const auto&) { return in(0); },  // the rest keep their first input's shape
        },
        node.operation);
}

std::vector<Shape> infer_stage_shapes(const Node& strips, std::span<const Shape> inputs) {
    // Inputs and stages in one list, as the stages count them.
    std::vector<Shape> shapes(inputs.begin(), inputs.end());
    for (const Node& stage : std::get<Strips>(strips.operation).stages) {
        std::vector<Shape> stage_inputs;
        for (const ValueId input : stage.inputs)
            stage_inputs.push_back(shapes[static_cast<std::size_t>(input)]);
        shapes.push_back(infer_shape(stage, stage_inputs, 0, 0));
    }
    shapes.erase(shapes.begin(), shapes.begin() + static_cast<std::ptrdiff_t>(inputs.size()));
    return shapes;
}

std::string_view kind_of(const Operation& operation) {
    static constexpr std::array<std::string_view, std::variant_size_v<Operation>> kNames = {
        "input",          "conv",         "deform_conv",   "batch_norm",    "activation",  "add",
        "fusion_weights", "weighted_sum", "resize",        "max_pool",      "global_pool", "linear",
        "scale_channels", "scale_pixels", "channel_stats", "concat",        "shuffle",     "to_anchors",
        "softmax",        "slice",        "strips",        "strips_output", "read_pixels", "row_stats"};
    return kNames[operation.index()];
}

const Parameter* Graph::find_parameter(std::string_view parameter_name) const {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& p) { return p.name == parameter_name; });
    return found == parameters.end() ? nullptr : &*found;
}

std::vector<std::int64_t> Shape::torch_shape() const {
    switch (kind) {
        case Kind::map: return {1, channels, height, width};
        case Kind::vector: return {1, channels};
        case Kind::anchors: return {1, std::int64_t{height} * width, channels};
        case Kind::list: return {channels};
    }
    return {};
}

std::vector<Shape> infer_shapes(const Graph& graph, int height, int width) {
    std::vector<Shape> shapes;
    shapes.reserve(graph.nodes.size());
    const auto shapes_of = [&](const std::vector<ValueId>& values) {
        std::vector<Shape> found;
        for (const ValueId value : values) found.push_back(shapes[static_cast<std::size_t>(value)]);
        return found;
    };
    for (const Node& node : graph.nodes) {
        if (const auto* further = std::get_if<StripsOutput>(&node.operation)) {
            const Node& strips = graph.nodes[static_cast<std::size_t>(node.inputs[0])];
            const int stage =
                std::get<Strips>(strips.operation).outputs[static_cast<std::size_t>(further->index)];
            shapes.push_back(
                infer_stage_shapes(strips, shapes_of(strips.inputs))[static_cast<std::size_t>(stage)]);
        } else {
            shapes.push_back(infer_shape(node, shapes_of(node.inputs), height, width));
        }
    }
    return shapes;
}

ValueId find_value(const Graph& graph, std::string_view name) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const std::vector<std::string>& names = graph.nodes[i].names;
        if (std::find(names.begin(), names.end(), name) != names.end()) return static_cast<ValueId>(i);
    }
    return kNone;
}

std::vector<std::string> names_of_outputs(const Graph& graph, ValueId node) {
    std::size_t i = static_cast<std::size_t>(node);
    std::vector<std::string> names = graph.nodes[i].names;
    while (++i < graph.nodes.size() && std::holds_alternative<StripsOutput>(graph.nodes[i].operation)) {
        names.insert(names.end(), graph.nodes[i].names.begin(), graph.nodes[i].names.end());
    }
    return names;
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
