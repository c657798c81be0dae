// One run of a case as a trace that Perfetto (ui.perfetto.dev) and chrome://tracing open: a process per case,
// in it a track per thread. The first track has pre, every step and post, and below the steps what that
// thread did for them; the others what their threads did.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/system/thread_pool.hpp"
#include "tools/bench/subject.hpp"

namespace featherface::tools {

struct TraceEvent {
    std::string name, category;  // "step", "share", "phase"
    int thread = 0;
    std::int64_t begin = 0, end = 0;  // nanoseconds
    std::string details;              // shown when selected; may be empty
};

struct Trace {
    std::string process;  // the case's name
    int threads = 1;
    std::vector<TraceEvent> events;
};

// A pool that notes when each of its threads works, and on which step.
class TracingPool final : public engine::ThreadPool {
  public:
    explicit TracingPool(int threads) : ThreadPool(threads), shares_(static_cast<std::size_t>(threads)) {}

    struct Share {
        int step;
        int pieces;
        std::int64_t begin, end;
    };
    // What the threads work on from now on.
    void set_step(int step) { step_ = step; }
    void forget();
    std::span<const Share> shares(int thread) const { return shares_[static_cast<std::size_t>(thread)]; }

  protected:
    void dispatch(int count, const engine::Split& split, Function function, const void* context) override;

  private:
    int step_ = 0;
    std::vector<std::vector<Share>> shares_;  // by thread, each written by that thread alone
};

// Runs the case on a session of its own: once to warm up, once for the trace.
Trace trace_case(const Case& subject, bool pinned);

// The JSON object format of the Trace Event Format: complete events in microseconds from the earliest.
std::string trace_json(std::span<const Trace> traces);

}  // namespace featherface::tools
