// The shapes at which the detectors use a kernel, read off their graphs, layer by layer and optimised, so
// that none is missing: what every kernel is tested and timed at.
#pragma once

#include <algorithm>
#include <span>
#include <variant>
#include <vector>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"

namespace featherface::bench {

// A node, or a stage of one that has stages, with the shapes it has for some picture.
struct NetworkNode {
    engine::Operation operation;
    std::vector<engine::Shape> inputs;
    engine::Shape output;
};

inline void append_nodes(const engine::Graph& graph, int height, int width, std::vector<NetworkNode>& nodes) {
    const auto pick = [](std::span<const engine::Shape> shapes, std::span<const engine::ValueId> values) {
        std::vector<engine::Shape> picked;
        for (const engine::ValueId value : values) picked.push_back(shapes[static_cast<std::size_t>(value)]);
        return picked;
    };
    const std::vector<engine::Shape> shapes = infer_shapes(graph, height, width);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const engine::Node& node = graph.nodes[i];
        std::vector<engine::Shape> known = pick(shapes, node.inputs);
        const auto* strips = std::get_if<engine::Strips>(&node.operation);
        if (!strips) {
            nodes.push_back({node.operation, std::move(known), shapes[i]});
            continue;
        }
        const std::vector<engine::Shape> outputs = infer_stage_shapes(node, known);
        known.insert(known.end(), outputs.begin(), outputs.end());
        for (std::size_t k = 0; k < outputs.size(); ++k) {
            const engine::Node& stage = strips->stages[k];
            nodes.push_back({stage.operation, pick(known, stage.inputs), outputs[k]});
        }
    }
}

// Of the detectors for pictures of height x width.
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

// The shapes at which a kind of case (tests/kernels/cases) is found among the nodes, each once.
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

}  // namespace featherface::bench
