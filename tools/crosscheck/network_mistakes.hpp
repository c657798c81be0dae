// How people build a network wrong that loads its checkpoint all the same.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "featherface/model.hpp"

namespace featherface::tools {

struct NetworkMistake {
    std::string id;                               // "gate_order"
    std::string what;                             // a clause: "BatchNorm's eps is 1e-3 everywhere"
    std::function<void(engine::Graph&)> rewrite;  // makes the right graph the mistaken one
};

std::vector<NetworkMistake> usual_mistakes_of_networks(Architecture architecture);

}  // namespace featherface::tools
