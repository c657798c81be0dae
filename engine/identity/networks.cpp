#include "engine/identity/networks.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

namespace {

constexpr LevelModules kV1Milestones[] = {{"body.stage", 1}, {"relu_"},     {"bifpn.0@."}, {"bifpn.1@."},
                                          {"bifpn.2@."},     {"bif_relu_"}, {"ssh", 1},    {"ssh", 1, "_cs"}};
constexpr LevelModules kV2Milestones[] = {
    {"body.stage", 1}, {"bifpn.0@."}, {"bifpn.1@."}, {"ssh", 1}, {"ssh", 1, "_cs"}};
constexpr LevelModules kRetinaMilestones[] = {{"body.stage", 1}, {"fpn@."}, {"ssh", 1}};
constexpr LevelModules k489kMilestones[] = {
    {"body.stage", 1}, {"bifpn.0@."}, {"bifpn.1@."}, {"ssh", 1}, {"cs", 1}};
constexpr LevelModules kEcaMilestones[] = {{"body.stage", 1}, {"backbone_attention_"}, {"bifpn.0@."},
                                           {"bifpn.1@."},     {"bifpn.2@."},           {"bifpn_attention_"},
                                           {"ssh", 1},        {"ssh", 1, "_cs"}};
constexpr LevelModules kCoordinateMilestones[] = {{"body.stage", 1}, {"bifpn.0@."}, {"bifpn.1@."},
                                                  {"ssh", 1},        {"ca_p", 3},   {"cs", 1}};
constexpr LevelModules kBackboneMilestones[] = {{"stage", 1}};

// Whether the library was built with the network: FEATHERFACE_NETWORKS has those chosen, nothing when all
// are.
constexpr bool has([[maybe_unused]] Architecture architecture) {
#if defined(FEATHERFACE_NETWORKS)
    constexpr Architecture kChosen[] = {FEATHERFACE_NETWORKS};
    return std::ranges::find(kChosen, architecture) != std::end(kChosen);
#else
    return true;
#endif
}

constexpr Network kAllNetworks[] = {
    {.architecture = Architecture::featherface_v1,
     .name = "FeatherFace V1",
     .id = "featherface_v1",
     .short_id = "v1",
     .title = "FeatherFace V1 model",
     .task = Task::detection,
     .make_graph = has(Architecture::featherface_v1) ? featherface_v1 : nullptr,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = kV1Milestones},
    {.architecture = Architecture::featherface_v2,
     .name = "FeatherFace V2",
     .id = "featherface_v2",
     .short_id = "v2",
     .title = "FeatherFace V2 model",
     .task = Task::detection,
     .make_graph = has(Architecture::featherface_v2) ? featherface_v2 : nullptr,
     .usual_file_name = "FeatherFaceV2_*",
     .milestones = kV2Milestones},
    {.architecture = Architecture::retinaface,
     .name = "RetinaFace-MobileNet0.25",
     .id = "retinaface_mobilenet025",
     .short_id = "retinaface",
     .title = "RetinaFace-MobileNet0.25 model",
     .task = Task::detection,
     .make_graph = has(Architecture::retinaface) ? retinaface : nullptr,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = kRetinaMilestones},
    {.architecture = Architecture::featherface_489k,
     .name = "FeatherFace 489K",
     .id = "featherface_489k",
     .short_id = "ff489k",
     .title = "FeatherFace 489K model",
     .task = Task::detection,
     .make_graph = has(Architecture::featherface_489k) ? featherface_489k : nullptr,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = k489kMilestones},
    {.architecture = Architecture::featherface_eca_cbam,
     .name = "FeatherFace ECA-CBAM",
     .id = "featherface_eca_cbam",
     .short_id = "ffeca",
     .title = "FeatherFace ECA-CBAM model",
     .task = Task::detection,
     .make_graph = has(Architecture::featherface_eca_cbam) ? featherface_eca_cbam : nullptr,
     .usual_file_name = "featherface_eca_cbam_*",
     .milestones = kEcaMilestones},
    // Its authors call it V2 too.
    {.architecture = Architecture::featherface_coordinate,
     .name = "FeatherFace with coordinate attention",
     .id = "featherface_coordinate",
     .short_id = "ffca",
     .title = "FeatherFace model with coordinate attention",
     .task = Task::detection,
     .make_graph = has(Architecture::featherface_coordinate) ? featherface_coordinate : nullptr,
     .usual_file_name = "featherface_v2_*",
     .milestones = kCoordinateMilestones},
    // It is told as what FeatherFace uses it for.
    {.architecture = Architecture::mobilenet_classifier,
     .name = "MobileNetV1-0.25 classifier",
     .id = "mobilenet_classifier",
     .short_id = "classifier",
     .title = "MobileNetV1-0.25 backbone model with its ImageNet classifier",
     .task = Task::classification,
     .make_graph = has(Architecture::mobilenet_classifier) ? mobilenet_classifier : nullptr,
     .usual_file_name = "mobilenetV1X0.25_*",
     .milestones = kBackboneMilestones},
    {.architecture = Architecture::mobilenet_backbone,
     .name = "MobileNetV1-0.25 backbone",
     .id = "mobilenet_backbone",
     .short_id = "backbone",
     .title = "MobileNetV1-0.25 backbone model",
     .task = Task::features,
     .make_graph = has(Architecture::mobilenet_backbone) ? mobilenet_backbone : nullptr,
     .usual_file_name = "mobilenetV1X0.25_*",
     .milestones = kBackboneMilestones},
};

// Rows are found by their place.
constexpr bool is_in_order() {
    std::size_t place = 0;
    for (const Network& network : kAllNetworks) {
        if (static_cast<std::size_t>(network.architecture) != place++) return false;
    }
    return true;
}
static_assert(is_in_order());

constexpr auto kNetworks = [] {
    constexpr auto kCount = std::ranges::count_if(kAllNetworks, has, &Network::architecture);
    std::array<Network, kCount> chosen{};
    std::ranges::copy_if(kAllNetworks, chosen.begin(), has, &Network::architecture);
    return chosen;
}();

}  // namespace

std::span<const Network> networks() {
    return kNetworks;
}

const Network& network_of(Architecture architecture) {
    const auto found = std::ranges::find(kNetworks, architecture, &Network::architecture);
    return found != kNetworks.end() ? *found : kAllNetworks[static_cast<std::size_t>(architecture)];
}

Graph make_graph(Architecture architecture) {
    return network_of(architecture).make_graph();
}

bool is_detector(Architecture architecture) {
    return network_of(architecture).task == Task::detection;
}

}  // namespace featherface::engine

namespace featherface {

std::string_view name_of(Architecture architecture) {
    return engine::network_of(architecture).name;
}

}  // namespace featherface
