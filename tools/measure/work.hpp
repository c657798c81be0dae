// How much steps and whole networks compute and how many bytes they have to move. What passes between the
// stages of a group stays in cache and counts nothing.
#pragma once

#include <span>

#include "engine/schedule/schedule.hpp"

namespace featherface::engine {

// The work of one node as if it ran alone, `shapes` being those of all values: the maps it reads and writes
// count.
Work work_of(const Graph& graph, ValueId value, std::span<const Shape> shapes);

// The work of a step. One that runs nothing is no work.
Work work_of(const Graph& graph, const Schedule& schedule, const Step& step, std::span<const Shape> shapes);

// The work of the whole graph, node by node, for a picture of height x width; no weights are needed.
Work work_of(const Graph& graph, int height, int width);

}  // namespace featherface::engine
