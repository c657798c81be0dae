// What the passes share: merging a node into the one it reads, and dropping what nothing reads.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

// `reader` has `producer` as its first input and is dissolved into it: whoever read `reader` now reads
// `producer`, which takes its names. The node of `reader` stays behind, unread, for eliminate_dead().
void absorb(Graph& graph, ValueId producer, ValueId reader);

// Appends a parameter a pass computed; returns its id.
ParameterId add_parameter(Graph& graph, std::string name, std::vector<std::int64_t> shape,
                          std::vector<float> values);

}  // namespace featherface::engine
