// What the table of networks says, against the networks' graphs.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "engine/identity/networks.hpp"
#include "support/capture.hpp"

namespace featherface::engine {
namespace {

std::set<std::string> module_names(const Graph& graph) {
    std::set<std::string> names;
    for (const Node& node : graph.nodes) names.insert(node.names.begin(), node.names.end());
    return names;
}

TEST_CASE("networks: each is found by its architecture, and its graph and name_of() have its name") {
    for (const Network& network : networks()) {
        CAPTURE(network.name);
        CHECK(&network_of(network.architecture) == &network);
        CHECK(network.make_graph().name == network.name);
        CHECK(make_graph(network.architecture).name == network.name);
        CHECK(name_of(network.architecture) == network.name);
        CHECK(is_detector(network.architecture) == (network.task == Task::detection));
    }
}

TEST_CASE("networks: no two have the same name or id") {
    std::set<std::string_view> names, ids, short_ids;
    for (const Network& network : networks()) {
        CAPTURE(network.name);
        CHECK(names.insert(network.name).second);
        CHECK(ids.insert(network.id).second);
        CHECK(short_ids.insert(network.short_id).second);
        CHECK_FALSE(network.title.empty());
        CHECK_FALSE(network.usual_file_name.empty());
    }
}

TEST_CASE("networks: each graph has the outputs of its task and all milestones") {
    for (const Network& network : networks()) {
        CAPTURE(network.name);
        const Graph graph = network.make_graph();
        std::set<std::string> outputs;
        for (const Output& output : graph.outputs) outputs.insert(output.name);
        CHECK(outputs == (network.task == Task::detection ? std::set<std::string>{"loc", "conf", "landms"}
                          : network.task == Task::classification ? std::set<std::string>{"logits"}
                                                                 : std::set<std::string>{"p3", "p4", "p5"}));
        const std::set<std::string> modules = module_names(graph);
        REQUIRE_FALSE(network.milestones.empty());
        for (const LevelModules& milestone : network.milestones) {
            for (int level = milestone.first; level < milestone.first + 3; ++level) {
                const std::string name =
                    std::string(milestone.before) + std::to_string(level) + std::string(milestone.after);
                CAPTURE(name);
                CHECK(modules.contains(name));
            }
        }
    }
}

TEST_CASE("networks: FeatherFace's own, what they are called for people, for programs and as files") {
    const Network& v1 = network_of(Architecture::featherface_v1);
    CHECK(v1.name == "FeatherFace V1");
    CHECK(v1.id == "featherface_v1");
    CHECK(v1.usual_file_name == "mobilenet0.25_*");
    const Network& v2 = network_of(Architecture::featherface_v2);
    CHECK(v2.name == "FeatherFace V2");
    CHECK(v2.id == "featherface_v2");
    CHECK(v2.usual_file_name == "FeatherFaceV2_*");
    CHECK(network_of(Architecture::mobilenet_classifier).usual_file_name == "mobilenetV1X0.25_*");
    CHECK(network_of(Architecture::mobilenet_backbone).usual_file_name == "mobilenetV1X0.25_*");
}

}  // namespace
}  // namespace featherface::engine
