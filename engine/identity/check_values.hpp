// Finds values in a checkpoint that no trained network should have.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::engine {

// A line for people about each kind of odd value among the graph's parameters: NaN or infinity, a negative
// running variance. The checkpoint must have them all, in shape and of floating-point type.
std::vector<std::string> check_values(const Graph& graph, const loaders::Checkpoint& checkpoint);

}  // namespace featherface::engine
