// Whose memory each value lives in, before anything is grouped.
#pragma once

#include <vector>

#include "engine/schedule/schedule.hpp"

namespace featherface::engine {

// Sets homes and what is computed. Views live in what they are views of. With `place_concats` the inputs of a
// concat live in its memory where each of them can: one reader, and memory of its own to move.
void find_homes(const Graph& graph, bool place_concats, Schedule& schedule);

}  // namespace featherface::engine
