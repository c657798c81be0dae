// The shapes at which the detectors use a kernel, read off their graphs, layer by layer and optimised, so
// that none is missing.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"

namespace featherface::bench {

// Nodes of one kind that have inputs and outputs of the same shapes and, for convolutions, the same geometry.
template <class Op>
struct Use {
    Op operation;
    engine::Shape input;  // the first
    engine::Shape output;
};

inline bool is_same(const kernels::ConvGeometry& a, const kernels::ConvGeometry& b) {
    return a.in_channels == b.in_channels && a.out_channels == b.out_channels && a.kernel == b.kernel &&
           a.stride == b.stride && a.pad == b.pad && a.groups == b.groups;
}

template <class Op>
bool is_same(const Use<Op>& a, const Use<Op>& b) {
    if constexpr (requires { a.operation.geometry; }) {
        if (!is_same(a.operation.geometry, b.operation.geometry)) return false;
    }
    return a.input == b.input && a.output == b.output;
}

// Calls visit(operation, inputs, output) for every node.
template <class Visit>
void for_each_operation(const engine::Graph& graph, int size, const Visit& visit) {
    const std::vector<engine::Shape> shapes = infer_shapes(graph, size, size);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const std::vector<engine::Shape> inputs = input_shapes(graph.nodes[i], shapes);
        visit(graph.nodes[i].operation, inputs, shapes[i]);
    }
}

// Every use of an operation for pictures of size x size, each once.
template <class Op>
std::vector<Use<Op>> uses_of(int size) {
    std::vector<Use<Op>> uses;
    const auto collect = [&](const engine::Operation& operation, std::span<const engine::Shape> inputs,
                             const engine::Shape& output) {
        const auto* op = std::get_if<Op>(&operation);
        if (!op || inputs.empty()) return;
        const Use<Op> use{*op, inputs[0], output};
        const bool is_known =
            std::any_of(uses.begin(), uses.end(), [&](const Use<Op>& other) { return is_same(use, other); });
        if (!is_known) uses.push_back(use);
    };
    for (const engine::Network& network : engine::networks()) {
        if (network.task != engine::Task::detection) continue;
        engine::Graph graph = network.make_graph();
        for (engine::Parameter& parameter : graph.parameters) {
            std::size_t count = 1;
            for (const std::int64_t extent : parameter.shape) count *= static_cast<std::size_t>(extent);
            parameter.values.assign(count, 1.0f);
        }
        for_each_operation(graph, size, collect);
        for_each_operation(engine::optimize(std::move(graph)), size, collect);
    }
    return uses;
}

}  // namespace featherface::bench
