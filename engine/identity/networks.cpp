#include "engine/identity/networks.hpp"

#include <cstddef>

#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

namespace {

constexpr LevelModules kV1Milestones[] = {{"body.stage", 1}, {"relu_"},     {"bifpn.0@."}, {"bifpn.1@."},
                                          {"bifpn.2@."},     {"bif_relu_"}, {"ssh", 1},    {"ssh", 1, "_cs"}};
constexpr LevelModules kV2Milestones[] = {
    {"body.stage", 1}, {"bifpn.0@."}, {"bifpn.1@."}, {"ssh", 1}, {"ssh", 1, "_cs"}};
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
