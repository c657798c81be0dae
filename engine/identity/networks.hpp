// The networks this engine runs, one row per network: all that is known about each, besides its topology.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/graph/graph.hpp"
#include "featherface/model.hpp"

namespace featherface::engine {

// What a network makes of a picture, and so which outputs it has and how the picture is prepared.
enum class Task {
    detection,       // loc, conf and landms of the faces; blue, green and red minus (104, 117, 123)
    classification,  // logits of ImageNet's classes; as classifier_input() says
    features         // p3, p4 and p5 of a backbone; as the classifier's
};

// Modules of one kind, one on each of the three levels: `before`, a number that counts from `first`, `after`.
struct LevelModules {
    std::string_view before;
    int first = 0;
    std::string_view after = "";
};

struct Network {
    Architecture architecture;
    std::string_view name;      // for people: "FeatherFace V1"
    std::string_view id;        // for programs: "featherface_v1"
    std::string_view short_id;  // in the names of benchmarks and test data: "v1"
    std::string_view title;     // of one of its checkpoints: "FeatherFace V1 model"
    Task task;
    Graph (*make_graph)();  // unbound
    // How FeatherFace names its files: "mobilenet0.25_*". That is a custom, never proof.
    std::string_view usual_file_name;
    // The modules whose outputs are milestones, in order. A detector's last ones are what its heads see.
    std::span<const LevelModules> milestones;
};

// Those that the library was built with (FEATHERFACE_NETWORKS). The most specific one comes first: a
// classifier has all of its backbone's tensors. The order is Architecture's.
std::span<const Network> networks();

// Of any, built in or not; the latter have no make_graph.
const Network& network_of(Architecture architecture);

// The graph of a network, unbound.
Graph make_graph(Architecture architecture);

bool is_detector(Architecture architecture);

}  // namespace featherface::engine
