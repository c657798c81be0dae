// Where the modules went that passes have dissolved, or that are private to a step.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "engine/schedule/schedule.hpp"

namespace featherface::tools {

using Wanted = std::function<bool(std::string_view)>;

// For each such module the name of the value it became part of: the first name that is `wanted` if the
// value has one, else its first. A value without a name goes by that of what is made of it.
std::map<std::string, std::string> find_fused_names(const engine::Graph& graph,
                                                    const engine::Schedule& schedule, const Wanted& wanted);

}  // namespace featherface::tools
