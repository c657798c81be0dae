// A program laid out for one picture size and thread count: shapes, where in the workspace each value lives,
// and the bands of groups.
#pragma once

#include <vector>

#include "engine/runtime/group.hpp"
#include "engine/runtime/program.hpp"
#include "engine/system/aligned_buffer.hpp"

namespace featherface::engine {

struct Plan {
    std::vector<Shape> shapes;          // of each value
    std::vector<Placement> placements;  // of each value in the workspace; of no meaning where it is private
    std::vector<Group> groups;          // of each step; without stages where it is a single node
    // The workspace: values, then a scratch buffer per thread.
    std::size_t thread_scratch_offset = 0;
    std::size_t thread_scratch_stride = 0;
    std::size_t workspace_floats = 0;
};

// The plan refers to the program.
Plan make_plan(const Program& program, int height, int width, int threads);

// A value in a workspace.
Map value_map(const Plan& plan, const AlignedBuffer& workspace, ValueId value);

}  // namespace featherface::engine
