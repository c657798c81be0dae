// The times of a network's steps: taking them, and telling what each step is and does.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/runtime/session.hpp"
#include "tools/bench/result.hpp"

namespace featherface::tools {

// Takes the times of steps, and of the stages inside fused ones, run after run of a program, which must
// outlive it.
class StepTimer final : public engine::Observer {
  public:
    StepTimer(const engine::Program& program, int threads);

    void before_step(std::size_t step) override;
    void after_step(std::size_t step) override;
    engine::StageTimes* stage_times() override { return &stage_times_; }

    // What was taken so far was warm-up.
    void forget();

    struct Step {
        std::vector<double> times;         // one per run, in nanoseconds
        std::vector<double> stage_totals;  // of all runs and threads, one per stage of a fused step
    };
    const std::vector<Step>& steps() const { return steps_; }  // of the schedule; without times: views

  private:
    const engine::Program& program_;
    std::vector<Step> steps_;
    engine::StageTimes stage_times_;
    std::int64_t begin_ = 0;
};

// The session's steps with the times taken of them in one run at least.
std::vector<LayerResult> layers_of(const engine::Session& session, const StepTimer& timer);

// The layers' times by part, with `pre` and `post` as two parts more; parts that take no time are left out.
std::vector<GroupResult> groups_of(const std::vector<LayerResult>& layers, double pre, double post);

// The sum of the steps of each run, in nanoseconds.
std::vector<double> layer_sums(const StepTimer& timer);

}  // namespace featherface::tools
