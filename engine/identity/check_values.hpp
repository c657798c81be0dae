// Finds values among weights that no trained network should have.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

// A line for people about each kind of odd value among a bound graph's parameters: NaN or infinity, a
// negative running variance.
std::vector<std::string> check_values(const Graph& graph);

}  // namespace featherface::engine
