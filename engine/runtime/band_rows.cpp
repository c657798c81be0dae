#include "engine/runtime/band_rows.hpp"

#include <algorithm>

#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

namespace {

// The rows with which the blocks are complete that a kernel computes.
Rows whole_blocks(const Stage& stage, Rows rows) {
    const int block = stage.op ? stage.op->rows_per_block() : 1;
    if (block == 1 || is_empty(rows)) return rows;
    return {rows.begin / block * block, std::min((rows.end + block - 1) / block * block, stage.shape.height)};
}

}  // namespace

void advance(const Group& group, Rows strip, StageRows& held, StageRows& fresh) {
    StageRows needed = {};
    for (std::size_t s = group.stages.size(); s-- > 0;) {
        const Stage& stage = group.stages[s];
        // A band takes whole blocks, or else the strips that each need a part of one would each compute it.
        needed[s] = stage.output != kNone ? span_of(needed[s], strip) : whole_blocks(stage, needed[s]);
        // Consecutive strips need consecutive rows: what lies before the band's end is there already.
        const Rows before = held[s];
        const int begin = is_empty(before) ? needed[s].begin : std::max(needed[s].begin, before.end);
        fresh[s] = is_empty(needed[s]) || begin >= needed[s].end ? Rows{} : Rows{begin, needed[s].end};
        if (!is_empty(needed[s])) {
            const bool continues = !is_empty(before) && needed[s].begin < before.end;
            held[s] = {continues ? std::max(needed[s].begin, before.begin) : needed[s].begin,
                       std::max(needed[s].end, before.end)};
        }
        const Rows to_compute = stage.op ? fresh[s] : needed[s];
        if (is_empty(to_compute)) continue;
        const Extents extents{stage.input_shapes, stage.shape};
        for (std::size_t i = 0; i < stage.sources.size(); ++i) {
            if (stage.sources[i] < group.inputs) continue;
            const auto read = static_cast<std::size_t>(stage.sources[i] - group.inputs);
            needed[read] = span_of(needed[read],
                                   input_rows(*stage.operation, i, extents, whole_blocks(stage, to_compute)));
        }
    }
}

void measure_bands(Group& group) {
    int height = 0;
    for (Stage& stage : group.stages) {
        stage.band_rows = 0;
        if (stage.output != kNone) height = stage.shape.height;
    }
    const auto measure = [&](Rows strip, StageRows& held) {
        StageRows fresh;
        advance(group, strip, held, fresh);
        for (std::size_t s = 0; s < group.stages.size(); ++s) {
            Stage& stage = group.stages[s];
            if (!stage.op || stage.output != kNone) continue;
            stage.band_rows = std::max(stage.band_rows, held[s].end - held[s].begin);
        }
    };
    // A strip that follows another needs fewer rows anew, and holds fewer, than the first of a thread. From
    // the second on it does not matter which was the first.
    StageRows held = {};
    for (int y = 0; y < height; y += group.strip_rows) {
        const Rows strip{y, std::min(y + group.strip_rows, height)};
        measure(strip, held);
        StageRows first = {};
        measure(strip, first);
    }
}

}  // namespace featherface::engine
