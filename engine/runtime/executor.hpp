// Runs a planned program, and tells an observer of it.
#pragma once

#include "engine/runtime/plan.hpp"

namespace featherface::engine {

// An Observer is called around every step while a plan runs. Data is valid only during the call.
class Observer {
  public:
    virtual ~Observer() = default;
    // `step` is its position in the schedule.
    virtual void before_step(std::size_t /*step*/) {}
    virtual void after_step(std::size_t /*step*/) {}
    // Each value that the step left in memory, after after_step().
    virtual void value(const Node&, const Shape&, ConstMap) {}
    // Where a group adds the times of its stages, or nullptr; it is asked for behind before_step().
    virtual StageTimes* stage_times() { return nullptr; }
};

// Runs every step in order on an input of the plan's size. Allocates nothing.
void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             const InputSource& source, Observer* observer = nullptr);

}  // namespace featherface::engine
