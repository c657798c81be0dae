#include "tools/measure/work.hpp"

#include <algorithm>
#include <vector>

namespace featherface::engine {

namespace {

const Shape& shape_of(ValueId value, std::span<const Shape> shapes) {
    return shapes[static_cast<std::size_t>(value)];
}

// Whether rows of a value are read by some stage, or only its extent is.
bool is_read(const Graph& graph, const Step& step, ValueId value, std::span<const Shape> shapes) {
    return std::any_of(step.stages.begin(), step.stages.end(), [&](ValueId stage) {
        const Node& node = graph.node(stage);
        const InputShapes inputs = input_shapes(node, shapes);
        const Shape& output = shape_of(stage, shapes);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            if (node.inputs[i] != value) continue;
            if (!is_empty(input_rows(node.operation, i, {inputs, output}, {0, output.height}))) return true;
        }
        return false;
    });
}

// The picture is bytes still.
std::int64_t bytes_of(const Graph& graph, ValueId value, std::span<const Shape> shapes) {
    const Shape& shape = shape_of(value, shapes);
    return std::holds_alternative<Input>(graph.node(value).operation) ? shape.elements() : float_bytes(shape);
}

}  // namespace

Work work_of(const Graph& graph, ValueId value, std::span<const Shape> shapes) {
    const Node& node = graph.node(value);
    const InputShapes inputs = input_shapes(node, shapes);
    return work_of(node.operation, {inputs, shape_of(value, shapes)});
}

Work work_of(const Graph& graph, const Schedule& schedule, const Step& step, std::span<const Shape> shapes) {
    if (!schedule.runs(step)) return {};
    if (!step.is_group()) return work_of(graph, step.outputs[0], shapes);
    Work work;
    for (const ValueId stage : step.stages) work += work_of(graph, stage, shapes);
    // Only what comes in from memory and goes out to it moves.
    work.map_bytes = 0;
    for (const ValueId input : step.inputs) {
        if (is_read(graph, step, input, shapes)) work.map_bytes += bytes_of(graph, input, shapes);
    }
    for (const ValueId output : step.outputs) work.map_bytes += float_bytes(shape_of(output, shapes));
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
