#include "tools/bench/groups.hpp"

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
    {"backbone_attention_", Group::attention},
    {"bifpn_attention_", Group::attention},
    {"ca_p", Group::attention},
    {"backbone_cbam_manager", Group::attention},
    {"relu", Group::attention},
    {"bif_cbam_", Group::attention},
    {"bif_relu_", Group::attention},
    {"bifpn_cbam_manager", Group::attention},
    {"bifpn.", Group::bifpn},
    {"bifpn@", Group::bifpn},
    {"fpn.", Group::fpn},
    {"fpn@", Group::fpn},
    {"cs", Group::mix},
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

std::vector<Group> groups_of(std::span<const std::string> modules) {
    std::vector<Group> groups(modules.size(), Group::other);
    Group nearest = Group::other;
    for (const std::string& module : modules) {  // leaves the last named one's
        if (!module.empty()) nearest = group_of(module);
    }
    for (std::size_t i = modules.size(); i-- > 0;) {
        if (!modules[i].empty()) nearest = group_of(modules[i]);
        groups[i] = nearest;
    }
    return groups;
}

}  // namespace featherface::tools
