// A program laid out for one picture size and thread count: shapes, where in the workspace each value lives,
// the bands of groups, and on how many threads each step runs.
#pragma once

#include <vector>

#include "engine/runtime/group.hpp"
#include "engine/runtime/program.hpp"
#include "engine/system/aligned_buffer.hpp"
#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

struct Plan {
    std::vector<Shape> shapes;          // of each value
    std::vector<Placement> placements;  // of each value in the workspace; of no meaning where it is private
    std::vector<Group> groups;          // of each step; without stages where it is a single node
    std::vector<Split> splits;          // of each step's output rows
    // The workspace: values, then a scratch buffer per thread.
    std::size_t thread_scratch_offset = 0;
    std::size_t thread_scratch_stride = 0;
    std::size_t workspace_floats = 0;
};

// Work is counted in multiply-adds, and a value moved as so many of them.
constexpr std::int64_t kValueMoved = 8;
// What is worth a thread.
struct LeastWork {
    // Handed out at a time: some 10 to 60 microseconds of a core, many times what it takes a waiting thread
    // to begin. A step with less than twice as much runs on one thread.
    std::int64_t piece = 500'000;
    // Of a picture for each thread, a millisecond of a core or less. Maps that another core wrote are slow to
    // read where the two share no cache: with less, two threads would be later than one.
    std::int64_t share = 85'000'000;
};

// How `rows` output rows that are `work` altogether are split over `threads` threads at most, in pieces of
// whole blocks of `block` rows.
Split split_of(std::int64_t work, int rows, int block, int threads, std::int64_t least_piece);

// The plan refers to the program.
Plan make_plan(const Program& program, int height, int width, int threads, const LeastWork& least = {});

// A value in a workspace.
Map value_map(const Plan& plan, const AlignedBuffer& workspace, ValueId value);

}  // namespace featherface::engine
