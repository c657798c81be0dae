// Runs a Strips node: each thread walks its share of the output rows a strip at a time and computes, stage by
// stage, just the rows the strip needs. What a stage produced stays in a band, a buffer of its latest rows,
// as long as a later strip reads it; only rows not yet there are computed. The arithmetic of a row does not
// depend on strips or shares, so neither do the results.
#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/operations/operator.hpp"
#include "engine/operations/row_dependence.hpp"
#include "engine/system/clock.hpp"

namespace featherface::engine {

namespace {

// A strip is as tall as lets its bands fit this many floats: a good part of a core's L2 cache.
constexpr std::size_t kBandBudget = 96 * 1024;

bool is_empty(Rows rows) {
    return rows.begin >= rows.end;
}

Rows span_of(Rows a, Rows b) {
    if (is_empty(a)) return b;
    if (is_empty(b)) return a;
    return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

struct StageExtent {
    Shape shape;
    std::size_t band_offset = 0;  // in the thread's scratch, floats
    int band_rows = 0;
};

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

struct StripsState final : OperatorState {
    std::vector<Shape> inputs;
    std::vector<StageExtent> stages;
    int strip_rows = 1;
    std::size_t scratch_offset = 0;  // of the stages' own scratch, behind the bands
};

class StripsOperator final : public Operator {
  public:
    StripsOperator(const Graph& graph, const Node& node, const KernelTable& table)
        : node_(node), inputs_(static_cast<int>(node.inputs.size())) {
        const Strips& strips = std::get<Strips>(node_.operation);
        output_of_stage_.assign(strips.stages.size(), kNone);
        for (std::size_t k = 0; k < strips.outputs.size(); ++k) {
            output_of_stage_[static_cast<std::size_t>(strips.outputs[k])] = static_cast<int>(k);
        }
        for (Node& stage : std::get<Strips>(node_.operation).stages) {
            auto op = make_operator(graph, stage, table);
            operators_.emplace_back(static_cast<RowOperator*>(op.release()));
        }
    }

    Layout lay_out(const Extents& extents) const override {
        auto state = std::make_unique<StripsState>();
        state->inputs = extents.inputs;
        for (const Shape& shape : infer_stage_shapes(node_, extents.inputs)) state->stages.push_back({shape});
        const int height = extents.output.height;

        // The tallest strip whose bands fit the budget. Bands grow with the strip, so halving finds it soon
        // enough.
        std::size_t floats = 0;
        for (state->strip_rows = std::max(1, height);; state->strip_rows = (state->strip_rows + 1) / 2) {
            measure_bands(*state, extents);
            floats = 0;
            for (StageExtent& stage : state->stages) {
                stage.band_offset = floats;
                const std::size_t row = static_cast<std::size_t>(stage.shape.width) *
                                        static_cast<std::size_t>(stage.shape.channels);
                floats += (static_cast<std::size_t>(stage.band_rows) * row + 15) / 16 * 16;
            }
            if (floats <= kBandBudget || state->strip_rows == 1) break;
        }
        state->scratch_offset = floats;

        std::size_t own = 0;
        for (std::size_t s = 0; s < operators_.size(); ++s) {
            if (!operators_[s]) continue;
            Extents stage{{}, state->stages[s].shape, extents.threads};
            for (const int input : stages()[s].inputs) {
                stage.inputs.push_back(input < inputs_ ? extents.inputs[static_cast<std::size_t>(input)]
                                                       : state->stages[stage_index(input)].shape);
            }
            own = std::max(own, operators_[s]->lay_out(stage).scratch.per_thread);
        }
        return {{.per_thread = floats + own}, std::move(state)};
    }

    void run(const Call& call) const override {
        call.pool->run(call.output.height,
                       [&](int thread, Rows share) { run_share(call, thread, share, NoStopwatch{}); });
    }
    void run_timed(const Call& call, StageTimes& times) const override {
        call.pool->run(call.output.height, [&](int thread, Rows share) {
            run_share(call, thread, share, StageStopwatch(times.by_thread[static_cast<std::size_t>(thread)]));
        });
    }

    std::size_t weight_bytes() const override {
        std::size_t bytes = 0;
        for (const auto& op : operators_) bytes += op ? op->weight_bytes() : 0;
        return bytes;
    }

  private:
    // Rows of each stage that are in its band.
    using Bands = Rows[kMaxStages];

    const std::vector<Node>& stages() const { return std::get<Strips>(node_.operation).stages; }
    std::size_t stage_index(int input) const { return static_cast<std::size_t>(input - inputs_); }
    bool is_view(std::size_t s) const { return !operators_[s]; }

    // Sets `fresh` to the rows of each stage to compute for `strip` and `bands` to the rows that are in its
    // band then, both from what `bands` held before.
    void advance(const StripsState& state, Rows strip, Bands& bands, Bands& fresh) const {
        Bands needed = {};
        for (std::size_t s = stages().size(); s-- > 0;) {
            if (output_of_stage_[s] != kNone) needed[s] = span_of(needed[s], strip);
            // Consecutive strips need consecutive rows: what lies before the band's end is there already.
            const Rows held = bands[s];
            const int begin = is_empty(held) ? needed[s].begin : std::max(needed[s].begin, held.end);
            fresh[s] = is_empty(needed[s]) || begin >= needed[s].end ? Rows{} : Rows{begin, needed[s].end};
            if (!is_empty(needed[s])) {
                const bool continues = !is_empty(held) && needed[s].begin < held.end;
                bands[s] = {continues ? std::max(needed[s].begin, held.begin) : needed[s].begin,
                            std::max(needed[s].end, held.end)};
            }
            const Rows to_compute = is_view(s) ? needed[s] : fresh[s];
            for (std::size_t i = 0; i < stages()[s].inputs.size(); ++i) {
                const int input = stages()[s].inputs[i];
                if (input < inputs_) continue;
                const std::size_t t = stage_index(input);
                needed[t] =
                    span_of(needed[t], input_rows(stages()[s].operation, static_cast<int>(i),
                                                  state.stages[t].shape, state.stages[s].shape, to_compute));
            }
        }
    }

    // Goes through all strips of all threads without computing, for the most rows each band will hold.
    void measure_bands(StripsState& state, const Extents& extents) const {
        for (StageExtent& stage : state.stages) stage.band_rows = 0;
        for (int thread = 0; thread < extents.threads; ++thread) {
            const Rows share = ThreadPool::share(extents.output.height, thread, extents.threads);
            Bands bands = {}, fresh;
            for (int y = share.begin; y < share.end; y += state.strip_rows) {
                advance(state, {y, std::min(y + state.strip_rows, share.end)}, bands, fresh);
                for (std::size_t s = 0; s < state.stages.size(); ++s) {
                    if (is_view(s) || output_of_stage_[s] != kNone) continue;
                    state.stages[s].band_rows =
                        std::max(state.stages[s].band_rows, bands[s].end - bands[s].begin);
                }
            }
        }
    }

    // `stage_done(s)` is called after each piece of stage s.
    template <class StageDone>
    void run_share(const Call& call, int thread, Rows share, StageDone stage_done) const {
        const StripsState& state = static_cast<const StripsState&>(*call.state);
        float* const scratch = call.scratch_of(thread);
        const std::size_t count = stages().size();

        Map maps[kMaxStages];
        for (std::size_t s = 0; s < count; ++s) {
            const Shape& shape = state.stages[s].shape;
            const int k = output_of_stage_[s];
            maps[s] = k == kNone ? Map{scratch + state.stages[s].band_offset, shape.height, shape.width,
                                       shape.channels, shape.channels}
                                 : (k == 0 ? call.output : call.further_outputs[k - 1]);
        }
        const auto map_of = [&](int input) -> ConstMap {
            return input < inputs_ ? call.inputs[input] : as_const(maps[stage_index(input)]);
        };

        Call stage_call;
        stage_call.source = call.source;
        stage_call.thread_scratch = scratch + state.scratch_offset;  // this thread's: the stages see thread 0
        Bands bands = {};
        for (int y = share.begin; y < share.end; y += state.strip_rows) {
            Bands before, fresh;
            std::copy(bands, bands + count, before);
            advance(state, {y, std::min(y + state.strip_rows, share.end)}, bands, fresh);
            for (std::size_t s = 0; s < count; ++s) {
                if (const auto* slice = std::get_if<Slice>(&stages()[s].operation)) {
                    const Map& whole = maps[stage_index(stages()[s].inputs[0])];
                    maps[s] = whole;
                    maps[s].data += slice->first;
                    maps[s].channels = slice->channels;
                    continue;
                }
                if (output_of_stage_[s] == kNone) keep_rows(maps[s], before[s], bands[s]);
                if (is_empty(fresh[s])) continue;
                stage_call.input_count = static_cast<int>(stages()[s].inputs.size());
                for (int i = 0; i < stage_call.input_count; ++i) {
                    stage_call.inputs[i] = map_of(stages()[s].inputs[static_cast<std::size_t>(i)]);
                }
                stage_call.output = maps[s];
                operators_[s]->run_rows(stage_call, 0, fresh[s]);
                stage_done(s);
            }
        }
    }

    // Moves the rows a band goes on holding to its front.
    static void keep_rows(Map& band, Rows before, Rows now) {
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

    Node node_;
    int inputs_;
    std::vector<int> output_of_stage_;                     // which output a stage's value is, or kNone
    std::vector<std::unique_ptr<RowOperator>> operators_;  // nullptr: a view
};

}  // namespace

std::unique_ptr<Operator> make_strips(const Graph& graph, const Node& node, const KernelTable& table) {
    return std::make_unique<StripsOperator>(graph, node, table);
}

}  // namespace featherface::engine
