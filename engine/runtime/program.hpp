// A bound graph compiled for one CPU architecture: an operator a node. Size-independent, immutable, shared by
// threads.
#pragma once

#include <memory>
#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/operations/operator.hpp"

namespace featherface::engine {

struct Program {
    Graph graph;  // without parameter values: the operators hold what they need
    std::vector<std::unique_ptr<Operator>> operators;  // one a node; nullptr where nothing is computed
    const KernelTable* table = nullptr;

    std::size_t weight_bytes() const;
};

Program compile(Graph bound_graph, const KernelTable& table);

}  // namespace featherface::engine
