// A program laid out for one image size and thread count: shapes, and where in the workspace each value
// lives.
#pragma once

#include <memory>
#include <vector>

#include "engine/system/aligned_buffer.hpp"
#include "engine/runtime/program.hpp"

namespace featherface::engine {

// Where a value lives: floats from the start of the workspace, and from a pixel to the next.
struct Placement {
    std::size_t offset = 0;
    int pixel_stride = 0;
};

struct Plan {
    std::vector<Shape> shapes;                                 // of each value
    std::vector<Placement> placements;                         // of each value
    std::vector<std::unique_ptr<const OperatorState>> states;  // of each operator
    // The workspace: values, then shared scratch, then a scratch buffer a thread.
    std::size_t shared_scratch_offset = 0;
    std::size_t thread_scratch_offset = 0;
    std::size_t thread_scratch_stride = 0;
    std::size_t workspace_floats = 0;
};

Plan make_plan(const Program& program, int height, int width, int threads);

// Called around every step while a plan runs. Data is valid only during the call.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void before_step(const Node&) {}
    virtual void after_step(const Node&, const Shape&, ConstMap) {}
    // Where a Strips step adds the time of its stages, or nullptr; asked for before every step.
    virtual StageTimes* stage_times() { return nullptr; }
};

// Runs every step in order on an input of the plan's size. Allocates nothing.
void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             const InputSource& source, Observer* observer = nullptr);

// A value in a workspace.
Map value_map(const Plan& plan, const AlignedBuffer& workspace, ValueId value);

}  // namespace featherface::engine
