// A bound graph and its schedule compiled for one CPU architecture: an operator per node. It depends on no
// size, is immutable, and is shared by threads.
#pragma once

#include <vector>

#include "engine/graph/graph.hpp"
#include "engine/operations/operator.hpp"
#include "engine/schedule/schedule.hpp"

namespace featherface::engine {

struct Program {
    Graph graph;  // without parameter values: the operators hold what they need
    Schedule schedule;
    std::vector<BoundOperator> operators;  // one per node
    const KernelTable* table = nullptr;
    WeightStore weights;  // the operators'

    std::size_t weight_bytes() const;
};

// `schedule` is the graph's. Where `weights` is a packed program's, the graph may be unbound; whether they
// fit, the store says afterwards.
Program compile(Graph graph, Schedule schedule, const KernelTable& table, WeightStore weights = {});

// The same, scheduled one by one.
Program compile(Graph bound_graph, const KernelTable& table);

}  // namespace featherface::engine
