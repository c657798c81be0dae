#include "engine/runtime/plan.hpp"

#include <algorithm>
#include <numeric>

#include "engine/runtime/memory_plan.hpp"

namespace featherface::engine {

namespace {

// Places the values that are not private.
class Placing {
  public:
    Placing(const Graph& graph, const Schedule& schedule, const std::vector<Shape>& shapes)
        : graph_(graph), schedule_(schedule), shapes_(shapes) {
        buffers_.resize(graph.nodes.size());
        for (std::size_t i = 0; i < buffers_.size(); ++i) {
            const bool has_memory = schedule.homes[i].kind == Home::Kind::memory;
            buffers_[i].floats = has_memory ? static_cast<std::size_t>(shapes[i].elements()) : 0;
            buffers_[i].first = static_cast<int>(schedule.steps.size());
        }
    }

    // Returns the floats that all values take.
    std::size_t place_buffers() {
        // A buffer lives from the first step that writes a value in it to the last that reads one.
        const auto touch = [&](ValueId value, std::size_t step) {
            Buffer& buffer = buffers_[index(root_of(value))];
            buffer.first = std::min(buffer.first, static_cast<int>(step));
            buffer.last = std::max(buffer.last, static_cast<int>(step));
        };
        for (std::size_t s = 0; s < schedule_.steps.size(); ++s) {
            for (const ValueId output : schedule_.steps[s].outputs) touch(output, s);
            for (const ValueId input : schedule_.steps[s].inputs) touch(input, s);
        }
        for (const Output& output : graph_.outputs) touch(output.value, schedule_.steps.size());
        return place(buffers_);
    }

    // It may be asked for after place_buffers().
    Placement placement_of(ValueId value) const {
        const Home& home = schedule_.homes[index(value)];
        const int channels = shapes_[index(value)].channels;
        if (home.kind != Home::Kind::part) return {buffers_[index(value)].offset, channels};
        const Placement whole = placement_of(home.whole);
        const Node& node = graph_.node(value);
        const Node& around = graph_.node(home.whole);
        if (const auto* concat = std::get_if<Concat>(&around.operation); concat && reads(around, value)) {
            const auto position = std::find(around.inputs.begin(), around.inputs.end(), value);
            return concat->parts(input_shapes(around, shapes_),
                                 whole)[static_cast<std::size_t>(position - around.inputs.begin())];
        }
        if (reads(around, value)) return {whole.offset, channels};  // by a ToAnchors
        if (const auto* slice = std::get_if<Slice>(&node.operation)) return slice->view(whole);
        return std::get<ToAnchors>(node.operation).view(whole);
    }

  private:
    static bool reads(const Node& node, ValueId value) {
        return std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end();
    }

    // The value whose buffer it is in.
    ValueId root_of(ValueId value) const {
        while (schedule_.homes[index(value)].kind == Home::Kind::part)
            value = schedule_.homes[index(value)].whole;
        return value;
    }

    const Graph& graph_;
    const Schedule& schedule_;
    const std::vector<Shape>& shapes_;
    std::vector<Buffer> buffers_;  // of each value, empty where it has none of its own
};

// What split_of() takes for a step.
std::int64_t work_of_step(const Program& program, const Step& step, std::span<const Shape> shapes) {
    std::int64_t work = 0;
    for (const ValueId value : step.stages) {
        if (!program.schedule.computed[index(value)]) continue;
        const Node& node = program.graph.node(value);
        const InputShapes inputs = input_shapes(node, shapes);
        const Work of_node = work_of(node.operation, Extents{inputs, shapes[index(value)]});
        work += of_node.multiply_adds +
                of_node.map_bytes / static_cast<std::int64_t>(sizeof(float)) * kValueMoved;
    }
    return work;
}

// Scratch that a single node's operator wants per thread.
std::size_t scratch_floats(const BoundOperator& bound, const Shape& output) {
    const auto* by_rows = std::get_if<std::unique_ptr<const RowOperator>>(&bound);
    return by_rows ? (*by_rows)->scratch_floats(output) : 0;
}

}  // namespace

Split split_of(std::int64_t work, int rows, int block, int threads, std::int64_t least_piece) {
    // With several, what one thread has left when the others are done is little.
    constexpr std::int64_t kPiecesPerThread = 4;
    const std::int64_t most = threads > 1 ? threads * kPiecesPerThread : 1;
    const std::int64_t pieces = std::clamp<std::int64_t>(work / least_piece, 1, most);
    const auto piece = static_cast<int>((rows + pieces - 1) / pieces);
    const Split split{static_cast<int>(std::min<std::int64_t>(pieces, threads)),
                      std::max(1, (piece + block - 1) / block * block)};
    return evened(split, rows, block);
}

Plan make_plan(const Program& program, int height, int width, int threads, const LeastWork& least) {
    const Schedule& schedule = program.schedule;
    Plan plan;
    plan.shapes = infer_shapes(program.graph, height, width);

    std::vector<std::int64_t> work;
    for (const Step& step : schedule.steps) work.push_back(work_of_step(program, step, plan.shapes));
    const std::int64_t of_picture = std::accumulate(work.begin(), work.end(), std::int64_t{0});
    const auto threads_used =
        static_cast<int>(std::clamp<std::int64_t>(of_picture / least.share, 1, threads));

    Placing placing(program.graph, schedule, plan.shapes);
    plan.thread_scratch_offset = placing.place_buffers();
    for (std::size_t i = 0; i < plan.shapes.size(); ++i) {
        const auto value = static_cast<ValueId>(i);
        plan.placements.push_back(schedule.is_private(value) ? Placement{} : placing.placement_of(value));
    }

    std::size_t most = 0;
    for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
        const Step& step = schedule.steps[s];
        const std::size_t value = index(step.outputs[0]);
        const int rows = plan.shapes[value].height;
        const auto* by_rows = std::get_if<std::unique_ptr<const RowOperator>>(&program.operators[value]);
        const int block = by_rows ? (*by_rows)->rows_per_block() : 1;
        Split split = split_of(work[s], rows, block, threads_used, least.piece);
        Group& group = plan.groups.emplace_back();
        if (step.is_group()) {
            group = lay_out_group(program, step, plan.shapes, split);
            split.piece = group.strip_rows;
        }
        plan.splits.push_back(split);
        most = std::max(most, step.is_group() ? group.scratch_floats
                                              : scratch_floats(program.operators[value], plan.shapes[value]));
    }
    // Threads' buffers start on cache lines of their own.
    plan.thread_scratch_stride = (most + 15) / 16 * 16;
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

}  // namespace featherface::engine
