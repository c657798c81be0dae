#include "engine/runtime/program.hpp"

#include <utility>

namespace featherface::engine {

Program compile(Graph bound_graph, const KernelTable& table) {
    Program program{std::move(bound_graph), {}, &table};
    Graph& graph = program.graph;
    std::vector<std::size_t> last_users(graph.parameters.size(), 0);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for_each_parameter(graph.nodes[i].operation, [&](ParameterId id) {
            if (id != kNone) last_users[static_cast<std::size_t>(id)] = i;
        });
    }

    program.operators.reserve(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        program.operators.push_back(make_operator(graph, graph.nodes[i], table));
        // Packed weights move in where plain ones move out.
        for_each_parameter(graph.nodes[i].operation, [&](ParameterId id) {
            if (id == kNone || last_users[static_cast<std::size_t>(id)] != i) return;
            std::vector<float>().swap(graph.parameters[static_cast<std::size_t>(id)].values);
        });
    }
    return program;
}

std::size_t Program::weight_bytes() const {
    std::size_t bytes = 0;
    for (const auto& op : operators) bytes += op ? op->weight_bytes() : 0;
    return bytes;
}

}  // namespace featherface::engine
