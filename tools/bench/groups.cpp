#include "tools/bench/groups.hpp"

#include <utility>

namespace featherface::tools {

namespace {

struct Prefix {
    std::string_view text;
    Group group;
};
// The first that fits counts.
constexpr Prefix kPrefixes[] = {
    {"input", Group::pre},
    {"body.", Group::backbone},
    {"stage", Group::backbone},
    {"avg", Group::heads},  // the classifier's
    {"fc", Group::heads},
    {"bacbkbone_", Group::attention},
    {"backbone_cbam_manager", Group::attention},
    {"relu", Group::attention},
    {"bif_cbam_", Group::attention},
    {"bif_relu_", Group::attention},
    {"bifpn_cbam_manager", Group::attention},
    {"bifpn.", Group::bifpn},
    {"bifpn@", Group::bifpn},
    {"ssh1_cs", Group::mix},
    {"ssh2_cs", Group::mix},
    {"ssh3_cs", Group::mix},
    {"ssh", Group::ssh},
    {"BboxHead", Group::heads},
    {"ClassHead", Group::heads},
    {"LandmarkHead", Group::heads},
    {"shared_heads", Group::heads},
    {"loc", Group::heads},
    {"conf", Group::heads},
    {"landms", Group::heads},
    {"logits", Group::heads},
};

}  // namespace

std::string_view name_of(Group group) {
    return kGroupNames[static_cast<std::size_t>(group)];
}

Group group_of(std::string_view module) {
    for (const Prefix& prefix : kPrefixes) {
        if (module.starts_with(prefix.text)) return prefix.group;
    }
    return Group::other;
}

std::vector<Group> groups_of(const std::vector<engine::Node>& nodes) {
    const auto name = [&](std::size_t i) -> std::string_view {
        if (!nodes[i].names.empty()) return nodes[i].names.front();
        return nodes[i].fused.empty() ? std::string_view() : nodes[i].fused.back();
    };
    std::vector<Group> groups(nodes.size(), Group::other);
    Group nearest = Group::other;
    for (std::size_t i = 0; i < nodes.size(); ++i) {  // leaves the last named node's
        if (!name(i).empty()) nearest = group_of(name(i));
    }
    for (std::size_t i = nodes.size(); i-- > 0;) {
        if (!name(i).empty()) nearest = group_of(name(i));
        groups[i] = nearest;
    }
    return groups;
}

}  // namespace featherface::tools
