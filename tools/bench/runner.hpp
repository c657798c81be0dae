// Runs the cases of a benchmark and keeps their times.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "tools/bench/layers.hpp"
#include "tools/bench/result.hpp"
#include "tools/bench/subject.hpp"

namespace featherface::tools {

class Runner {
  public:
    Runner(Case subject, bool pinned);

    // The first run ever: it lays memory out too.
    void run_first();
    // Pixels to floats, the network, and for a detector anchors to faces.
    void run_plain();
    // The network with the times of its steps taken.
    void run_observed();
    // What was kept of runs so far was warm-up.
    void forget();

    const Case& subject() const { return case_; }
    std::size_t memory_bytes() const { return phases_.session().workspace_bytes(); }
    // It may be asked for after at least one plain run, and has layers if there were observed runs.
    CaseResult result(const std::optional<Peaks>& peaks) const;

  private:
    Case case_;
    Phases phases_;
    StepTimer timer_;
    double first_ = 0;
    std::vector<double> pre_, network_, post_, cpu_, observed_;  // one per run, in nanoseconds
};

// How often the cases run: `repeats` times each where it is not 0, else until `seconds` per case have passed,
// but at least kLeastRuns times.
struct Effort {
    std::int64_t repeats = 0;
    double seconds = 2;
    static constexpr std::int64_t kLeastRuns = 10;
};

// First runs and warm-up come first, then all cases in turn, again and again, so that whatever changes on the
// machine changes for all of them. With `per_layer` every round runs each case twice, with and without times
// of the layers, in changing order. Returns the times of a fixed piece of work taken between rounds.
std::vector<double> run_interleaved(std::vector<std::unique_ptr<Runner>>& runners, const Effort& effort,
                                    bool per_layer);

}  // namespace featherface::tools
