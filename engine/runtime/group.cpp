#include "engine/runtime/group.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/runtime/band_rows.hpp"
#include "engine/system/clock.hpp"
#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

namespace {

int position(const std::vector<ValueId>& values, ValueId value) {
    const auto found = std::find(values.begin(), values.end(), value);
    return found == values.end() ? kNone : static_cast<int>(found - values.begin());
}

// Places the bands of strips of group.strip_rows one behind the other; returns the floats that they take.
std::size_t place_bands(Group& group) {
    measure_bands(group);
    std::size_t floats = 0;
    for (Stage& stage : group.stages) {
        stage.band_offset = floats;
        const std::size_t row =
            static_cast<std::size_t>(stage.shape.width) * static_cast<std::size_t>(stage.shape.channels);
        floats += (static_cast<std::size_t>(stage.band_rows) * row + 15) / 16 * 16;
    }
    return floats;
}

// Adds the time since the last call, which what led to a stage is part of, to the stage's.
class StageStopwatch {
  public:
    explicit StageStopwatch(StageTimes::Row& row) : row_(row), last_(raw_nanoseconds()) {}
    void operator()(std::size_t stage) {
        const std::int64_t now = raw_nanoseconds();
        row_[stage] += now - std::exchange(last_, now);
    }

  private:
    StageTimes::Row& row_;
    std::int64_t last_;
};
struct NoStopwatch {
    void operator()(std::size_t) {}
};

// Moves the rows a band goes on holding to its front.
void keep_rows(Map& band, Rows before, Rows now) {
    if (is_empty(now)) return;
    const int kept = is_empty(before) ? 0 : std::min(before.end, now.end) - now.begin;
    if (kept > 0 && now.begin > before.begin) {
        const std::size_t row =
            static_cast<std::size_t>(band.width) * static_cast<std::size_t>(band.pixel_stride);
        std::memmove(band.data, band.pixel(now.begin, 0),
                     static_cast<std::size_t>(kept) * row * sizeof(float));
    }
    band.first_row = now.begin;
}

// `stage_done(s)` is called after each piece of stage s.
template <class StageDone>
void run_strips(const Group& group, const GroupCall& call, int thread, ThreadPool::Pieces& strips,
                StageDone stage_done) {
    float* const scratch = call.thread_scratch + static_cast<std::size_t>(thread) * call.thread_stride;
    const std::size_t count = group.stages.size();

    Map maps[kMaxStages];         // that stages write
    ConstMap values[kMaxStages];  // as they are read, views among them
    for (std::size_t s = 0; s < count; ++s) {
        const Stage& stage = group.stages[s];
        const Shape& shape = stage.shape;
        maps[s] = stage.output == kNone ? Map{scratch + stage.band_offset, shape.height, shape.width,
                                              shape.channels, shape.channels}
                                        : call.outputs[stage.output];
        values[s] = as_const(maps[s]);
    }
    const auto value_of = [&](int source) -> const ConstMap& {
        return source < group.inputs ? call.inputs[source] : values[source - group.inputs];
    };

    Call stage_call;
    stage_call.source = call.source;
    StageRows held = {};
    int last_row = 0;
    for (Rows strip = strips.next(); !is_empty(strip); strip = strips.next()) {
        StageRows before, fresh;
        if (strip.begin != std::exchange(last_row, strip.end)) held = {};
        std::copy(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(count), before.begin());
        advance(group, strip, held, fresh);
        for (std::size_t s = 0; s < count; ++s) {
            const Stage& stage = group.stages[s];
            if (!stage.op) {
                values[s] = std::get<Slice>(*stage.operation).view(value_of(stage.sources[0]));
                continue;
            }
            if (stage.output == kNone) {
                keep_rows(maps[s], before[s], held[s]);
                values[s] = as_const(maps[s]);
            }
            if (is_empty(fresh[s])) continue;
            stage_call.input_count = static_cast<int>(stage.sources.size());
            for (int i = 0; i < stage_call.input_count; ++i) {
                stage_call.inputs[i] = value_of(stage.sources[static_cast<std::size_t>(i)]);
            }
            stage_call.output = maps[s];
            stage.op->run_rows(stage_call, fresh[s], scratch + group.scratch_offset);
            stage_done(s);
        }
    }
}

}  // namespace

Group lay_out_group(const Program& program, const Step& step, std::span<const Shape> shapes,
                    const Split& split, std::size_t band_floats) {
    Group group;
    group.inputs = static_cast<int>(step.inputs.size());
    std::size_t own = 0;  // scratch of any stage
    for (const ValueId value : step.stages) {
        const auto index = static_cast<std::size_t>(value);
        const Node& node = program.graph.nodes[index];
        Stage stage{.operation = &node.operation, .shape = shapes[index]};
        stage.input_shapes = input_shapes(node, shapes);
        stage.output = position(step.outputs, value);
        if (program.schedule.computed[index]) {
            stage.op = std::get<std::unique_ptr<const RowOperator>>(program.operators[index]).get();
            own = std::max(own, stage.op->scratch_floats(stage.shape));
        }
        for (const ValueId input : node.inputs) {
            const int from_outside = position(step.inputs, input);
            stage.sources.push_back(from_outside != kNone ? from_outside
                                                          : group.inputs + position(step.stages, input));
        }
        group.stages.push_back(std::move(stage));
    }

    // Bands grow with the strip, so that halving finds the tallest that fits soon enough. A strip is of whole
    // blocks of the kernels that work in them.
    int block = 1;
    for (const Stage& stage : group.stages)
        block = std::max(block, stage.op ? stage.op->rows_per_block() : 1);
    const int height = shapes[static_cast<std::size_t>(step.outputs[0])].height;
    for (int rows = split.piece;; rows = (group.strip_rows + 1) / 2) {
        group.strip_rows = (rows + block - 1) / block * block;
        group.scratch_offset = place_bands(group);
        if (group.scratch_offset <= band_floats || group.strip_rows == block) break;
    }
    group.strip_rows = evened({split.threads, group.strip_rows}, height, block).piece;
    group.scratch_offset = place_bands(group);
    group.scratch_floats = group.scratch_offset + own;
    return group;
}

void run_group(const Group& group, const GroupCall& call, ThreadPool& pool, int threads, StageTimes* times) {
    pool.run(call.outputs[0].height, {threads, group.strip_rows},
             [&](int thread, ThreadPool::Pieces& strips) {
                 if (times) {
                     run_strips(group, call, thread, strips,
                                StageStopwatch(times->by_thread[static_cast<std::size_t>(thread)]));
                 } else {
                     run_strips(group, call, thread, strips, NoStopwatch{});
                 }
             });
}

}  // namespace featherface::engine
