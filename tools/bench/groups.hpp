// Which part of a detector a PyTorch module belongs to.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::tools {

// `pre` and `post` are what the detector does around the network: pixels to floats, and anchors to faces.
enum class Group { pre, backbone, attention, bifpn, fpn, ssh, mix, heads, post, other };
constexpr std::array<std::string_view, 10> kGroupNames = {"pre", "backbone", "attention", "BiFPN", "FPN",
                                                          "SSH", "mix",      "heads",     "post",  "other"};
std::string_view name_of(Group group);

// The part by its module path; `other` for a name of no known part.
Group group_of(std::string_view module);

// The part of each of the modules, in order of execution. What has no name (PyTorch has no module for it)
// belongs with the nearest that has one after it, and at the end with the one before.
std::vector<Group> groups_of(std::span<const std::string> modules);

}  // namespace featherface::tools
