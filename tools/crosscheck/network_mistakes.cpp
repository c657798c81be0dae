#include "tools/crosscheck/network_mistakes.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "tools/crosscheck/layers.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// There is none for a network without spatial gates.
std::optional<NetworkMistake> gate_order(const engine::Network& network) {
    const std::vector<engine::Node> nodes = network.make_graph().nodes;
    const auto gate = std::find_if(nodes.begin(), nodes.end(), [](const engine::Node& node) {
        return std::holds_alternative<engine::ChannelStats>(node.operation);
    });
    if (gate == nodes.end()) return std::nullopt;
    const bool max_first = std::get<engine::ChannelStats>(gate->operation).max_first;
    const auto swap = [](engine::Graph& graph) {
        for (engine::Node& node : graph.nodes) {
            if (auto* stats = std::get_if<engine::ChannelStats>(&node.operation))
                stats->max_first = !stats->max_first;
        }
    };
    return NetworkMistake{
        "gate_order",
        concat("the spatial gates take the channels' ", max_first ? "(mean, max)" : "(max, mean)", " where ",
               network.name, " has ", max_first ? "(max, mean)" : "(mean, max)"),
        swap};
}

// The spatial gate looks at what the channel gate was given, not at what it lets through: how a later version
// of ECA-CBAM is written, which loads the same checkpoints. There is none for other networks.
std::optional<NetworkMistake> parallel_gates(const engine::Network& network) {
    if (network.architecture != Architecture::featherface_eca_cbam) return std::nullopt;
    const auto look_past = [](engine::Graph& graph) {
        for (engine::Node& node : graph.nodes) {
            if (!std::holds_alternative<engine::ChannelStats>(node.operation)) continue;
            const engine::Node& gated = graph.node(node.inputs[0]);
            if (std::holds_alternative<engine::ScaleChannels>(gated.operation))
                node.inputs[0] = gated.inputs[0];
        }
    };
    return NetworkMistake{"parallel_gates",
                          concat("the spatial gates look at the map before the channel gates where ",
                                 network.name, " has one gate after the other"),
                          look_past};
}

NetworkMistake batch_norm_eps(std::string what, const std::function<double(double)>& eps) {
    const auto change = [eps](engine::Graph& graph) {
        for (engine::Node& node : graph.nodes) {
            if (auto* norm = std::get_if<engine::BatchNorm>(&node.operation)) norm->eps = eps(norm->eps);
        }
    };
    return {"batch_norm_eps", concat("BatchNorm's eps is ", what), change};
}

bool has_two_eps(const engine::Network& network) {
    const std::vector<engine::Node> nodes = network.make_graph().nodes;
    return std::any_of(nodes.begin(), nodes.end(), [](const engine::Node& node) {
        const auto* norm = std::get_if<engine::BatchNorm>(&node.operation);
        return norm && norm->eps > 1e-4;
    });
}

}  // namespace

std::vector<NetworkMistake> usual_mistakes_of_networks(Architecture architecture) {
    std::vector<NetworkMistake> mistakes;
    if (is_detector(architecture)) {
        if (auto mistake = gate_order(engine::network_of(architecture)))
            mistakes.push_back(std::move(*mistake));
        if (auto mistake = parallel_gates(engine::network_of(architecture)))
            mistakes.push_back(std::move(*mistake));
    }
    if (has_two_eps(engine::network_of(architecture))) {
        mistakes.push_back(
            batch_norm_eps("1e-5 everywhere, also where the BiFPN has 1e-3", [](double) { return 1e-5; }));
        mistakes.push_back(batch_norm_eps("1e-3 where it should be 1e-5, and the other way round",
                                          [](double eps) { return eps > 1e-4 ? 1e-5 : 1e-3; }));
    }
    mistakes.push_back(
        batch_norm_eps("1e-3 everywhere, also where it should be 1e-5", [](double) { return 1e-3; }));
    mistakes.push_back(
        batch_norm_eps("1e-4 where it should be 1e-5", [](double eps) { return eps > 1e-4 ? eps : 1e-4; }));
    mistakes.push_back(batch_norm_eps("1e-6 or less where it should be 1e-5",
                                      [](double eps) { return eps > 1e-4 ? eps : 1e-6; }));
    return mistakes;
}

}  // namespace featherface::tools
