#include "engine/runtime/program.hpp"

#include <utility>

namespace featherface::engine {

Program compile(Graph unpacked, Schedule schedule, const KernelTable& table, WeightStore weights) {
    Program program{std::move(unpacked), std::move(schedule), {}, &table, std::move(weights)};
    Graph& graph = program.graph;
    std::vector<std::size_t> last_users(graph.parameters.size(), 0);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for_each_parameter(graph.nodes[i].operation, [&](ParameterId id) {
            if (id != kNone) last_users[static_cast<std::size_t>(id)] = i;
        });
    }

    program.operators.reserve(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        program.operators.push_back(
            engine::bind(graph.nodes[i].operation, graph.parameters, table, program.weights));
        // Packed weights move in where plain ones move out.
        for_each_parameter(graph.nodes[i].operation, [&](ParameterId id) {
            if (id == kNone || last_users[static_cast<std::size_t>(id)] != i) return;
            std::vector<float>().swap(graph.parameters[static_cast<std::size_t>(id)].values);
        });
    }
    return program;
}

Program compile(Graph bound_graph, const KernelTable& table) {
    Schedule schedule = schedule_one_by_one(bound_graph);
    return compile(std::move(bound_graph), std::move(schedule), table);
}

std::size_t Program::weight_bytes() const {
    std::size_t bytes = 0;
    for (const BoundOperator& bound : operators) {
        if (const Operator* op = any_operator(bound)) bytes += op->weight_bytes();
    }
    return bytes;
}

}  // namespace featherface::engine
