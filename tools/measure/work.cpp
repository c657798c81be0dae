#include "tools/measure/work.hpp"

#include <variant>
#include <vector>

namespace featherface::engine {

namespace {

constexpr std::int64_t kFloat = sizeof(float);
constexpr std::int64_t kCorners = 4;  // of a bilinear sample

std::vector<Shape> pick(std::span<const Shape> shapes, const std::vector<int>& values) {
    std::vector<Shape> picked;
    for (const int value : values) picked.push_back(shapes[static_cast<std::size_t>(value)]);
    return picked;
}

bool is_view(const Operation& operation) {
    const auto* concat = std::get_if<Concat>(&operation);
    return std::holds_alternative<Input>(operation) || std::holds_alternative<Slice>(operation) ||
           std::holds_alternative<ToAnchors>(operation) || std::holds_alternative<StripsOutput>(operation) ||
           (concat && concat->in_place);
}

// What an element of an operation's value takes: the picture is bytes still.
std::int64_t element_bytes(const Operation& producer) {
    return std::holds_alternative<Input>(producer) ? 1 : kFloat;
}

// Of a Resize's inputs the second only lends its extent.
std::size_t inputs_read(const Node& node) {
    return std::holds_alternative<Resize>(node.operation) ? 1 : node.inputs.size();
}

// Multiply-adds and weights: what depends on the operation.
struct Arithmetic {
    const Shape& output;

    Work operator()(const Conv& op) const { return convolution(op); }
    Work operator()(const DeformConv& op) const {
        Work work = convolution(op);
        work.multiply_adds += kCorners * std::int64_t{output.height} * output.width *
                              op.geometry.in_channels * op.geometry.kernel * op.geometry.kernel;
        return work;
    }
    Work operator()(const Linear& op) const {
        const std::int64_t products = std::int64_t{op.in} * op.out;
        return {.multiply_adds = products,
                .weight_bytes = (products + (op.bias == kNone ? 0 : op.out)) * kFloat};
    }
    Work operator()(const BatchNorm&) const { return {.weight_bytes = 2 * output.channels * kFloat}; }
    template <class Other>
    Work operator()(const Other&) const {
        return {};
    }

    template <class Convolution>
    Work convolution(const Convolution& op) const {
        const ConvGeometry& g = op.geometry;
        const std::int64_t window = std::int64_t{g.in_channels / g.groups} * g.kernel * g.kernel;
        const int vectors = (op.scale == kNone ? 0 : 1) + (op.bias == kNone ? 0 : 1);
        return {.multiply_adds = output.elements() * window,
                .weight_bytes = g.out_channels * (window + vectors) * kFloat};
    }
};

Work work_of_one(const Node& node, std::span<const Shape> inputs, const Shape& output) {
    if (is_view(node.operation)) return {};
    Work work = std::visit(Arithmetic{output}, node.operation);
    const std::int64_t bytes = std::holds_alternative<ReadPixels>(node.operation) ? 1 : kFloat;
    for (const Shape& input : inputs.first(inputs_read(node))) work.map_bytes += input.elements() * bytes;
    work.map_bytes += output.elements() * kFloat;
    return work;
}

}  // namespace

Work& Work::operator+=(const Work& other) {
    multiply_adds += other.multiply_adds;
    map_bytes += other.map_bytes;
    weight_bytes += other.weight_bytes;
    return *this;
}

std::vector<Work> work_of_stages(const Node& strips, std::span<const Shape> inputs) {
    const std::vector<Shape> outputs = infer_stage_shapes(strips, inputs);
    std::vector<Shape> shapes(inputs.begin(), inputs.end());
    shapes.insert(shapes.end(), outputs.begin(), outputs.end());
    std::vector<Work> works;
    for (const Node& stage : std::get<Strips>(strips.operation).stages) {
        works.push_back(work_of_one(stage, pick(shapes, stage.inputs), outputs[works.size()]));
    }
    return works;
}

Work work_of(const Graph& graph, ValueId value, std::span<const Shape> shapes) {
    const Node& node = graph.nodes[static_cast<std::size_t>(value)];
    const std::vector<Shape> inputs = pick(shapes, node.inputs);
    const auto* strips = std::get_if<Strips>(&node.operation);
    if (!strips) return work_of_one(node, inputs, shapes[static_cast<std::size_t>(value)]);

    Work work;
    for (const Work& stage : work_of_stages(node, inputs)) work += stage;
    // Only what comes in from memory and goes out to it moves.
    work.map_bytes = 0;
    std::vector<bool> is_read(inputs.size(), false);
    for (const Node& stage : strips->stages) {
        for (std::size_t i = 0; i < inputs_read(stage); ++i) {
            const auto input = static_cast<std::size_t>(stage.inputs[i]);
            if (input < inputs.size()) is_read[input] = true;
        }
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Operation& producer = graph.nodes[static_cast<std::size_t>(node.inputs[i])].operation;
        if (is_read[i]) work.map_bytes += inputs[i].elements() * element_bytes(producer);
    }
    const std::vector<Shape> outputs = infer_stage_shapes(node, inputs);
    for (const int output : strips->outputs) {
        work.map_bytes += outputs[static_cast<std::size_t>(output)].elements() * kFloat;
    }
    return work;
}

Work work_of(const Graph& graph, int height, int width) {
    const std::vector<Shape> shapes = infer_shapes(graph, height, width);
    Work work;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        work += work_of(graph, static_cast<ValueId>(i), shapes);
    return work;
}

}  // namespace featherface::engine
