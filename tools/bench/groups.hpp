// Which part of a detector a PyTorch module belongs to.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::tools {

// `pre` and `post` are what the detector does around the network: pixels to floats, and anchors to faces.
enum class Group { pre, backbone, attention, bifpn, ssh, mix, heads, post, other };
constexpr std::array<std::string_view, 9> kGroupNames = {"pre", "backbone", "attention", "BiFPN", "SSH",
                                                         "mix", "heads",    "post",      "other"};
std::string_view name_of(Group group);

// By its module path; `other` for a name of no known part.
Group group_of(std::string_view module);

// One a node. A node without names (PyTorch has no module for it) belongs with the nearest named one after
// it, and at the end with the one before.
std::vector<Group> groups_of(const std::vector<engine::Node>& nodes);

}  // namespace featherface::tools
