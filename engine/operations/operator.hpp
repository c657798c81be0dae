// An operator is a node made ready to run: its kernel chosen, its weights packed. It is immutable and knows
// no image size, so one serves every plan and every thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/system/thread_pool.hpp"
#include "featherface/image.hpp"
#include "kernels/kernel_table.hpp"

namespace featherface::engine {

using kernels::ConstMap;
using kernels::KernelTable;
using kernels::Map;
using kernels::Rows;

constexpr int kMaxInputs = 8;
constexpr int kMaxOutputs = 4;
constexpr int kMaxStages = 48;  // of a Strips node

// Temporary memory an operator wants while it runs, in floats.
struct ScratchNeed {
    std::size_t per_thread = 0;
    std::size_t shared = 0;
};

// What an operator works out once for given extents and keeps in the plan; immutable.
struct OperatorState {
    virtual ~OperatorState() = default;
};

// What an operator is to be laid out for.
struct Extents {
    std::vector<Shape> inputs;
    Shape output;
    int threads = 1;
};

struct Layout {
    ScratchNeed scratch;
    std::unique_ptr<const OperatorState> state;
};

// Nanoseconds the stages of a Strips step took, by thread: each thread adds to a row of its own.
struct StageTimes {
    using Row = std::array<std::int64_t, kMaxStages>;
    std::vector<Row> by_thread;  // one row a thread of the pool
};

// What a network is to see, the caller's memory: pixels, from which each channel's mean is subtracted, or, if
// there are any, floats as PyTorch lays them out (3 planes of height * width), which are taken as they are.
struct InputSource {
    ImageView pixels;
    std::span<const float> nchw;
};

// One execution.
struct Call {
    const InputSource* source = nullptr;
    ConstMap inputs[kMaxInputs];
    int input_count = 0;
    Map output;
    Map further_outputs[kMaxOutputs - 1];  // of a Strips node
    const OperatorState* state = nullptr;
    float* shared_scratch = nullptr;
    float* thread_scratch = nullptr;  // of thread 0; thread t's begins t * thread_scratch_stride floats later
    std::size_t thread_scratch_stride = 0;
    ThreadPool* pool = nullptr;

    float* scratch_of(int thread) const {
        return thread_scratch + static_cast<std::size_t>(thread) * thread_scratch_stride;
    }
};

class Operator {
  public:
    virtual ~Operator() = default;
    virtual void run(const Call& call) const = 0;
    // The same; a Strips step adds what each thread spent on each of its stages.
    virtual void run_timed(const Call& call, StageTimes&) const { run(call); }
    virtual Layout lay_out(const Extents&) const { return {}; }
    virtual std::size_t weight_bytes() const { return 0; }       // memory held for packed weights
    virtual std::string_view kernel_name() const { return ""; }  // empty: a plain kernel of the table
};

// An operator each of whose output rows can be computed on its own.
class RowOperator : public Operator {
  public:
    void run(const Call& call) const final {
        call.pool->run(call.output.height, [&](int thread, Rows rows) { run_rows(call, thread, rows); });
    }
    virtual void run_rows(const Call& call, int thread, Rows rows) const = 0;
};

// nullptr for nodes that compute nothing (Input, views, outputs of a Strips node). The graph must be bound;
// the operator keeps no reference to it.
std::unique_ptr<Operator> make_operator(const Graph& graph, const Node& node, const KernelTable& table);

// The factories behind it, one a file of this folder.
std::unique_ptr<Operator> make_read_pixels(const KernelTable&);
std::unique_ptr<Operator> make_conv(const Graph&, const Conv&, const KernelTable&);
std::unique_ptr<Operator> make_deform_conv(const Graph&, const DeformConv&, const KernelTable&);
std::unique_ptr<Operator> make_batch_norm(const Graph&, const BatchNorm&, const KernelTable&);
std::unique_ptr<Operator> make_linear(const Graph&, const Linear&, const KernelTable&);
std::unique_ptr<Operator> make_fusion_weights(const Graph&, const FusionWeights&);
std::unique_ptr<Operator> make_weighted_sum(const Graph&, const WeightedSum&, const KernelTable&);
std::unique_ptr<Operator> make_activate(const Activate&, const KernelTable&);
std::unique_ptr<Operator> make_add(const Add&, const KernelTable&);
std::unique_ptr<Operator> make_scale_channels(const KernelTable&);
std::unique_ptr<Operator> make_scale_pixels(const KernelTable&);
std::unique_ptr<Operator> make_softmax_pairs(const KernelTable&);
std::unique_ptr<Operator> make_row_stats(const KernelTable&);
std::unique_ptr<Operator> make_global_pool(const GlobalPool&);
std::unique_ptr<Operator> make_max_pool(const MaxPool&, const KernelTable&);
std::unique_ptr<Operator> make_channel_stats(const ChannelStats&, const KernelTable&);
std::unique_ptr<Operator> make_resize(const KernelTable&);
std::unique_ptr<Operator> make_strips(const Graph&, const Node&, const KernelTable&);
std::unique_ptr<Operator> make_concat(const KernelTable&);
std::unique_ptr<Operator> make_shuffle(const Shuffle&, const KernelTable&);

// Values of a bound parameter.
inline const std::vector<float>& values_of(const Graph& graph, ParameterId id) {
    return graph.parameters[static_cast<std::size_t>(id)].values;
}
inline const float* values_or_null(const Graph& graph, ParameterId id) {
    return id == kNone ? nullptr : values_of(graph, id).data();
}

}  // namespace featherface::engine
