#include "engine/identity/networks.hpp"

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

constexpr Network kNetworks[] = {
    {.architecture = Architecture::featherface_v1,
     .name = "FeatherFace V1",
     .id = "featherface_v1",
     .short_id = "v1",
     .title = "FeatherFace V1 model",
     .task = Task::detection,
     .make_graph = featherface_v1,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = kV1Milestones},
    {.architecture = Architecture::featherface_v2,
     .name = "FeatherFace V2",
     .id = "featherface_v2",
     .short_id = "v2",
     .title = "FeatherFace V2 model",
     .task = Task::detection,
     .make_graph = featherface_v2,
     .usual_file_name = "FeatherFaceV2_*",
     .milestones = kV2Milestones},
    {.architecture = Architecture::retinaface,
     .name = "RetinaFace-MobileNet0.25",
     .id = "retinaface_mobilenet025",
     .short_id = "retinaface",
     .title = "RetinaFace-MobileNet0.25 model",
     .task = Task::detection,
     .make_graph = retinaface,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = kRetinaMilestones},
    {.architecture = Architecture::featherface_489k,
     .name = "FeatherFace 489K",
     .id = "featherface_489k",
     .short_id = "ff489k",
     .title = "FeatherFace 489K model",
     .task = Task::detection,
     .make_graph = featherface_489k,
     .usual_file_name = "mobilenet0.25_*",
     .milestones = k489kMilestones},
    {.architecture = Architecture::featherface_eca_cbam,
     .name = "FeatherFace ECA-CBAM",
     .id = "featherface_eca_cbam",
     .short_id = "ffeca",
     .title = "FeatherFace ECA-CBAM model",
     .task = Task::detection,
     .make_graph = featherface_eca_cbam,
     .usual_file_name = "featherface_eca_cbam_*",
     .milestones = kEcaMilestones},
    // Its authors call it V2 too.
    {.architecture = Architecture::featherface_coordinate,
     .name = "FeatherFace with coordinate attention",
     .id = "featherface_coordinate",
     .short_id = "ffca",
     .title = "FeatherFace model with coordinate attention",
     .task = Task::detection,
     .make_graph = featherface_coordinate,
     .usual_file_name = "featherface_v2_*",
     .milestones = kCoordinateMilestones},
    // It is told as what FeatherFace uses it for.
    {.architecture = Architecture::mobilenet_classifier,
     .name = "MobileNetV1-0.25 classifier",
     .id = "mobilenet_classifier",
     .short_id = "classifier",
     .title = "MobileNetV1-0.25 backbone model with its ImageNet classifier",
     .task = Task::classification,
     .make_graph = mobilenet_classifier,
     .usual_file_name = "mobilenetV1X0.25_*",
     .milestones = kBackboneMilestones},
    {.architecture = Architecture::mobilenet_backbone,
     .name = "MobileNetV1-0.25 backbone",
     .id = "mobilenet_backbone",
     .short_id = "backbone",
     .title = "MobileNetV1-0.25 backbone model",
     .task = Task::features,
     .make_graph = mobilenet_backbone,
     .usual_file_name = "mobilenetV1X0.25_*",
     .milestones = kBackboneMilestones},
};

// Rows are found by their place.
constexpr bool is_in_order() {
    std::size_t place = 0;
    for (const Network& network : kNetworks) {
        if (static_cast<std::size_t>(network.architecture) != place++) return false;
    }
    return true;
}
static_assert(is_in_order());

}  // namespace

std::span<const Network> networks() {
    return kNetworks;
}

const Network& network_of(Architecture architecture) {
    return kNetworks[static_cast<std::size_t>(architecture)];
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
