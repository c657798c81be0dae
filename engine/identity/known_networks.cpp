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

// The first that fits counts: the attention variants have the later variant's other tensors too.
const std::vector<KnownNetwork>& known_networks() {
    static const std::vector<KnownNetwork> networks = {
        {.name = "FeatherNetB anti-spoofing network",
         .parameters = 351'220,
         .remark = "it tells living faces from pictures of faces and finds none; despite its name it is no "
                   "part of FeatherFace",
         .has = {"features.*", "features.*.fc.0.*", "features.*.fc.2.*", "final_DW.0.weight"},
         .lacks = {}},
        {.name = "RetinaFace-MobileNet0.25",
         .parameters = 426'608,
         .remark = "it is a detector of the same family, with plain convolutions and no attention; "
                   "FeatherFace V1 has the same file name, mobilenet0.25_Final.pth",
         .has = {"body.*", "fpn.output1.*", "fpn.output2.*", "fpn.output3.*", "fpn.merge1.*", "fpn.merge2.*",
                 "ssh1.conv3X3.0.weight"},
         .lacks = {}},
        {.name = "FeatherFace ECA-CBAM",
         .parameters = 476'345,
         .remark = "it is a later network of the FeatherFace authors, 52 channels wide; this engine runs V1 "
                   "and V2",
         .has = {"backbone_attention_0.eca*", "backbone_attention_0.sam*", "bifpn_attention_*"},
         .lacks = {}},
        {.name = "FeatherFace with coordinate attention",
         .parameters = 493'095,
         .remark =
             "it is a later network of the FeatherFace authors, which they call V2 too; this engine runs "
             "the V2 of 256,156 parameters",
         .has = {"ca_p3.conv_transform*", "ca_p3.conv_h*", "ca_p3.conv_w*", "ca_p4.*", "ca_p5.*"},
         .lacks = {}},
        {.name = "FeatherFace, later variant",
         .parameters = 489'015,
         .remark =
             "it resembles V1 but is 56 channels wide, has two BiFPN cells, no CBAM and no channel mix; "
             "this engine runs the V1 of 592,371 parameters",
         .has = {"body.*", "bifpn.0.*", "bifpn.1.*", "ssh1.*", "BboxHead.*"},
         .lacks = {"bifpn.2.*", "*_cbam*", "ssh*_cs*"}},
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
