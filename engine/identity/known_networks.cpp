#include "engine/identity/known_networks.hpp"

#include <algorithm>

namespace featherface::engine {

namespace {

// Does `name` match `pattern`? Only '*' is special. On a mismatch the last '*' takes one character more.
bool matches(std::string_view name, std::string_view pattern) {
    std::size_t n = 0, p = 0;
    std::size_t retry_n = 0, retry_p = std::string_view::npos;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            retry_p = ++p;
            retry_n = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++n, ++p;
        } else if (retry_p != std::string_view::npos) {
            n = ++retry_n;
            p = retry_p;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

const std::vector<KnownNetwork>& known_networks() {
    static const std::vector<KnownNetwork> networks = {
        {.name = "FeatherNetB anti-spoofing network",
         .parameters = 351'220,
         .remark = "it tells living faces from pictures of faces and finds none; despite its name it is no "
                   "part of FeatherFace",
         .has = {"features.*", "features.*.fc.0.*", "features.*.fc.2.*", "final_DW.0.weight"},
         .lacks = {}},
        {.name = "RetinaFace-ResNet50",
         .parameters = 27'293'600,
         .remark = "it is the large sister of RetinaFace-MobileNet0.25, which this engine runs, and has a "
                   "backbone of another kind",
         .has = {"body.conv1.weight", "body.layer4.*", "fpn.output1.*", "fpn.merge1.*",
                 "ssh1.conv3X3.0.weight"},
         .lacks = {}},
    };
    return networks;
}

}  // namespace

const KnownNetwork* find_known_network(const loaders::Checkpoint& checkpoint, std::string_view prefix) {
    const auto has_match = [&](std::string_view pattern) {
        return std::any_of(checkpoint.tensors().begin(), checkpoint.tensors().end(), [&](const auto& tensor) {
            const std::string_view name = tensor.name;
            return name.starts_with(prefix) && matches(name.substr(prefix.size()), pattern);
        });
    };
    for (const KnownNetwork& network : known_networks()) {
        if (std::all_of(network.has.begin(), network.has.end(), has_match) &&
            std::none_of(network.lacks.begin(), network.lacks.end(), has_match)) {
            return &network;
        }
    }
    return nullptr;
}

}  // namespace featherface::engine
