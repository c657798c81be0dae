// The shapes at which the detectors use a kernel, read off their graphs, layer by layer and optimised, so
// that none is missing: what every kernel is tested and timed at.
#pragma once

#include <algorithm>
#include <span>
#include <variant>
#include <vector>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"

namespace featherface::test {

// A node with the shapes it has for some picture.
struct NetworkNode {
    engine::Operation operation;
    engine::InputShapes inputs;
    engine::Shape output;
};

inline void append_nodes(const engine::Graph& graph, int height, int width, std::vector<NetworkNode>& nodes) {
    const std::vector<engine::Shape> shapes = infer_shapes(graph, height, width);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        nodes.push_back({graph.nodes[i].operation, input_shapes(graph.nodes[i], shapes), shapes[i]});
    }
}

// The nodes of the detectors for pictures of height x width.
inline std::vector<NetworkNode> network_nodes(int height, int width) {
    std::vector<NetworkNode> nodes;
    for (const engine::Network& network : engine::networks()) {
        if (network.task != engine::Task::detection) continue;
        engine::Graph graph = network.make_graph();
        for (engine::Parameter& parameter : graph.parameters) {
            std::size_t count = 1;
            for (const std::int64_t extent : parameter.shape) count *= static_cast<std::size_t>(extent);
            parameter.values.assign(count, 1.0f);
        }
        append_nodes(graph, height, width, nodes);
        append_nodes(engine::optimize(std::move(graph)), height, width, nodes);
    }
    return nodes;
}

// The shapes at which a kind of case is found among the nodes, each once.
template <class Case>
std::vector<typename Case::Shape> network_shapes(const std::vector<NetworkNode>& nodes) {
    std::vector<typename Case::Shape> shapes;
    for (const NetworkNode& node : nodes) {
        const auto* op = std::get_if<typename Case::Op>(&node.operation);
        if (!op) continue;
        for (const typename Case::Shape& shape : Case::shapes_of(*op, node)) {
            if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
        }
    }
    return shapes;
}

}  // namespace featherface::test
