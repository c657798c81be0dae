// A group of row-wise nodes laid out for one picture size, and how it is run: a thread takes the output rows
// a strip at a time and computes, stage by stage, just the rows that the strip needs. What a stage produced
// stays in a band, a buffer of its latest rows, as long as the next strip reads it; only rows not yet there
// are computed. A thread whose next strip lies elsewhere begins with empty bands. The arithmetic of a row
// does not depend on strips or threads, so neither do the results.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/runtime/program.hpp"
#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

struct Stage {
    const Operation* operation = nullptr;
    const RowOperator* op = nullptr;  // nullptr: a view
    // What it reads: an input of the step where the number is smaller than how many those are, else, that
    // many subtracted, an earlier stage.
    std::vector<int> sources = {};
    InputShapes input_shapes = {};
    Shape shape = {};
    int output = kNone;           // which output of the step its value is; kNone: it has a band
    std::size_t band_offset = 0;  // in a thread's scratch, floats
    int band_rows = 0;
};

struct Group {
    int inputs = 0;  // of the step
    std::vector<Stage> stages;
    int strip_rows = 1;
    std::size_t scratch_offset = 0;  // of the stages' own scratch, behind the bands
    std::size_t scratch_floats = 0;  // per thread, bands and all
};

// Nanoseconds that the stages of a group took, by thread: each thread adds to a row of its own.
struct StageTimes {
    using Row = std::array<std::int64_t, kMaxStages>;
    std::vector<Row> by_thread;  // one row per thread of the pool
};

// A strip is as tall as lets the bands fit this many floats: a good part of a core's L2 cache.
constexpr std::size_t kBandFloats = 160 * 1024;

// `shapes` are those of all values. A strip is a piece of `split`, or lower. The group refers to the program.
Group lay_out_group(const Program& program, const Step& step, std::span<const Shape> shapes,
                    const Split& split, std::size_t band_floats = kBandFloats);

// What a group reads and where its outputs go, in the step's order.
struct GroupCall {
    const InputSource* source = nullptr;
    ConstMap inputs[kMaxInputs] = {};
    Map outputs[kMaxOutputs] = {};
    float* thread_scratch = nullptr;  // of thread 0; that of thread t begins t * thread_stride floats later
    std::size_t thread_stride = 0;
};

// Runs on so many threads at most. With `times`, what each thread spent on each stage is added there.
void run_group(const Group& group, const GroupCall& call, ThreadPool& pool, int threads,
               StageTimes* times = nullptr);

}  // namespace featherface::engine
