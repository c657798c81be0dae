#include "engine/program.hpp"

#include <utility>

namespace featherface::engine {

Program compile(Graph bound_graph, const KernelTable& table) {
    Program program{std::move(bound_graph), {}, &table};
    program.operators.reserve(program.graph.nodes.size());
    for (const Node& node : program.graph.nodes) {
        program.operators.push_back(make_operator(program.graph, node, table));
    }
    for (Parameter& parameter : program.graph.parameters) parameter.values = {};
    return program;
}

std::size_t Program::weight_bytes() const {
    std::size_t bytes = 0;
    for (const auto& op : operators) bytes += op ? op->weight_bytes() : 0;
    return bytes;
}

}  // namespace featherface::engine
