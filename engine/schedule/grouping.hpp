// Which row-wise nodes are computed together.
#pragma once

#include <vector>

#include "engine/schedule/schedule.hpp"

namespace featherface::engine {

// All nodes in steps, in an order to run them in. A value becomes private to a group, and so never a whole
// map in memory, when all that read it can be in one group with it. Outputs of the graph, and the values
// marked in `kept`, are private to none. `schedule` tells what is computed and what a view.
std::vector<Step> group_nodes(const Graph& graph, const std::vector<bool>& kept, const Schedule& schedule);

}  // namespace featherface::engine
