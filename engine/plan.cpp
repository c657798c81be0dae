#include "engine/plan.hpp"

#include <algorithm>

#include "engine/memory_plan.hpp"

namespace featherface::engine {

namespace {

std::size_t index(ValueId value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

Plan make_plan(const Program& program, int height, int width, int threads) {
    const std::vector<Node>& nodes = program.graph.nodes;
    Plan plan;
    plan.threads = threads;
    plan.shapes = infer_shapes(program.graph, height, width);

    // A buffer a value, except where a value is only another view of its input. The input must outlive step
    // 0.
    std::vector<Buffer> buffers;
    std::vector<std::size_t> buffer_of(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const int step = static_cast<int>(i);
        if (std::holds_alternative<ToAnchors>(nodes[i].operation)) {
            buffer_of[i] = buffer_of[index(nodes[i].inputs[0])];
        } else {
            buffer_of[i] = buffers.size();
            buffers.push_back({static_cast<std::size_t>(plan.shapes[i].elements()), step, step, 0});
        }
        for (const ValueId input : nodes[i].inputs) buffers[buffer_of[index(input)]].last = step;
        buffers[buffer_of[i]].last = step;
    }
    for (const Output& output : program.graph.outputs) {
        buffers[buffer_of[index(output.value)]].last = static_cast<int>(nodes.size());
    }

    plan.shared_scratch_offset = place(buffers);
    for (const std::size_t buffer : buffer_of) plan.offsets.push_back(buffers[buffer].offset);

    ScratchNeed most;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!program.operators[i]) continue;
        CallShapes shapes{.output = &plan.shapes[i]};
        for (std::size_t k = 0; k < nodes[i].inputs.size(); ++k) {
            shapes.inputs[k] = &plan.shapes[index(nodes[i].inputs[k])];
        }
        const ScratchNeed need = program.operators[i]->scratch(shapes);
        most.shared = std::max(most.shared, need.shared);
        most.per_thread = std::max(most.per_thread, need.per_thread);
    }
    // Threads' buffers start on cache lines of their own.
    const auto line = [](std::size_t floats) { return (floats + 15) / 16 * 16; };
    plan.thread_scratch_offset = plan.shared_scratch_offset + line(most.shared);
    plan.thread_scratch_stride = line(most.per_thread);
    plan.workspace_floats =
        plan.thread_scratch_offset + plan.thread_scratch_stride * static_cast<std::size_t>(threads);
    return plan;
}

Map value_map(const Plan& plan, const AlignedBuffer& workspace, ValueId value) {
    const Shape& shape = plan.shapes[index(value)];
    return {workspace.data() + plan.offsets[index(value)], shape.height, shape.width, shape.channels,
            shape.channels};
}

void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             Observer* observer) {
    Call call;
    call.pool = &pool;
    call.shared_scratch = workspace.data() + plan.shared_scratch_offset;
    call.thread_scratch = workspace.data() + plan.thread_scratch_offset;
    call.thread_scratch_stride = plan.thread_scratch_stride;
    for (std::size_t i = 0; i < program.operators.size(); ++i) {
        const Node& node = program.graph.nodes[i];
        if (observer) observer->before_step(node);
        call.output = value_map(plan, workspace, static_cast<ValueId>(i));
        if (const Operator* op = program.operators[i].get()) {
            call.input_count = static_cast<int>(node.inputs.size());
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                call.inputs[k] = as_const(value_map(plan, workspace, node.inputs[k]));
            }
            op->run(call);
        }
        if (observer) observer->after_step(node, plan.shapes[i], as_const(call.output));
    }
}

}  // namespace featherface::engine
