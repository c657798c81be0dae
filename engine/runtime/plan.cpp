#include "engine/runtime/plan.hpp"

#include <algorithm>
#include <optional>

#include "engine/runtime/memory_plan.hpp"

namespace featherface::engine {

namespace {

std::size_t index(ValueId value) {
    return static_cast<std::size_t>(value);
}

// A part of a buffer that holds a value.
struct Home {
    std::size_t buffer = 0;
    std::size_t offset = 0;
    int pixel_stride = 0;
};

// Gives every value a home. Most get a buffer of their own. A ToAnchors or Slice value is a view of its
// input; the inputs of an in-place Concat live inside its buffer (which a ToAnchors among them passes on to
// its own input).
std::vector<Home> find_homes(const std::vector<Node>& nodes, const std::vector<Shape>& shapes,
                             std::vector<Buffer>& buffers) {
    std::vector<std::optional<Home>> homes(nodes.size());
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const Operation& operation = nodes[i].operation;
        if (std::holds_alternative<Slice>(operation)) continue;
        if (std::holds_alternative<ToAnchors>(operation)) {
            const std::size_t input = index(nodes[i].inputs[0]);
            if (homes[i]) homes[input] = {homes[i]->buffer, homes[i]->offset, shapes[input].channels};
            continue;
        }
        if (!homes[i]) {
            homes[i] = {buffers.size(), 0, shapes[i].channels};
            // The picture is the caller's.
            const bool own = !std::holds_alternative<Input>(operation);
            buffers.push_back({static_cast<std::size_t>(own ? shapes[i].elements() : 0),
                               static_cast<int>(nodes.size()), 0, 0});
        }
        const auto* concat = std::get_if<Concat>(&operation);
        if (!concat || !concat->in_place) continue;
        Home part = *homes[i];
        for (const ValueId input : nodes[i].inputs) {
            const Shape& shape = shapes[index(input)];
            const bool anchors = shape.kind == Shape::Kind::anchors;
            if (anchors) part.pixel_stride = shape.channels;
            homes[index(input)] = part;
            part.offset += static_cast<std::size_t>(anchors ? shape.elements() : shape.channels);
        }
    }
    std::vector<Home> found;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        Home home;
        if (const auto* slice = std::get_if<Slice>(&nodes[i].operation)) {
            home = found[index(nodes[i].inputs[0])];
            home.offset += static_cast<std::size_t>(slice->first);
        } else if (std::holds_alternative<ToAnchors>(nodes[i].operation)) {
            home = found[index(nodes[i].inputs[0])];
            home.pixel_stride = shapes[i].channels;
        } else {
            home = *homes[i];
        }
        found.push_back(home);
    }
    return found;
}

}  // namespace

Plan make_plan(const Program& program, int height, int width, int threads) {
    const std::vector<Node>& nodes = program.graph.nodes;
    Plan plan;
    plan.shapes = infer_shapes(program.graph, height, width);

    // A buffer lives from the first step that writes a value in it to the last that reads one.
    std::vector<Buffer> buffers;
    const std::vector<Home> homes = find_homes(nodes, plan.shapes, buffers);
    const auto touch = [&](ValueId value, int step) {
        Buffer& buffer = buffers[homes[index(value)].buffer];
        buffer.first = std::min(buffer.first, step);
        buffer.last = std::max(buffer.last, step);
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool further = std::holds_alternative<StripsOutput>(nodes[i].operation);
        touch(static_cast<ValueId>(i), further ? nodes[i].inputs[0] : static_cast<int>(i));
        for (const ValueId input : nodes[i].inputs) touch(input, static_cast<int>(i));
    }
    for (const Output& output : program.graph.outputs) touch(output.value, static_cast<int>(nodes.size()));
    plan.shared_scratch_offset = place(buffers);
    for (const Home& home : homes) {
        plan.placements.push_back({buffers[home.buffer].offset + home.offset, home.pixel_stride});
    }

    ScratchNeed most;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        Layout layout;
        if (program.operators[i]) {
            Extents extents{{}, plan.shapes[i], threads};
            for (const ValueId input : nodes[i].inputs) extents.inputs.push_back(plan.shapes[index(input)]);
            layout = program.operators[i]->lay_out(extents);
        }
        most.shared = std::max(most.shared, layout.scratch.shared);
        most.per_thread = std::max(most.per_thread, layout.scratch.per_thread);
        plan.states.push_back(std::move(layout.state));
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
    const Placement& placement = plan.placements[index(value)];
    return {workspace.data() + placement.offset, shape.height, shape.width, shape.channels,
            placement.pixel_stride};
}

void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             const InputSource& source, Observer* observer) {
    const std::vector<Node>& nodes = program.graph.nodes;
    Call call;
    call.source = &source;
    call.pool = &pool;
    call.shared_scratch = workspace.data() + plan.shared_scratch_offset;
    call.thread_scratch = workspace.data() + plan.thread_scratch_offset;
    call.thread_scratch_stride = plan.thread_scratch_stride;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        call.output = value_map(plan, workspace, static_cast<ValueId>(i));
        const Operator* op = program.operators[i].get();
        if (op) {
            call.state = plan.states[i].get();
            call.input_count = static_cast<int>(node.inputs.size());
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                call.inputs[k] = as_const(value_map(plan, workspace, node.inputs[k]));
            }
            for (std::size_t j = i + 1; j < nodes.size(); ++j) {
                const auto* further = std::get_if<StripsOutput>(&nodes[j].operation);
                if (!further) break;
                call.further_outputs[further->index - 1] =
                    value_map(plan, workspace, static_cast<ValueId>(j));
            }
        }
        if (observer) {
            observer->before_step(node);
            StageTimes* times = observer->stage_times();
            if (op && times) op->run_timed(call, *times);
            if (op && !times) op->run(call);
            observer->after_step(node, plan.shapes[i], as_const(call.output));
        } else if (op) {
            op->run(call);
        }
    }
}

}  // namespace featherface::engine
