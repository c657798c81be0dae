// A program laid out for one image size and thread count: shapes, and where in the arena each value lives.
#pragma once

#include <vector>

#include "engine/aligned_buffer.hpp"
#include "engine/program.hpp"

namespace featherface::engine {

struct Plan {
    std::vector<Shape> shapes;         // of each value
    std::vector<std::size_t> offsets;  // of each value, in floats from the start of the workspace
    std::size_t workspace_floats = 0;  // values, then shared scratch, then a scratch buffer a thread
    std::size_t shared_scratch_offset = 0;
    std::size_t thread_scratch_offset = 0;
    std::size_t thread_scratch_stride = 0;
    int threads = 1;
};

Plan make_plan(const Program& program, int height, int width, int threads);

// Called around every step while a plan runs. Data is valid only during the call.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void before_step(const Node&) {}
    virtual void after_step(const Node&, const Shape&, ConstMap) {}
};

// Runs every step in order; the input must have been written to its value first. Allocates nothing.
void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             Observer* observer = nullptr);

// Where a value lives in a workspace.
Map value_map(const Plan& plan, const AlignedBuffer& workspace, ValueId value);

}  // namespace featherface::engine
