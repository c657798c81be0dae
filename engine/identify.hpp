// What a checkpoint holds, told by its tensors alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph.hpp"
#include "featherface/model.hpp"
#include "loaders/checkpoint.hpp"

namespace featherface::engine {

// The graph of a known network, unbound.
Graph make_graph(Architecture architecture);

struct Identity {
    std::optional<Architecture> architecture;  // nothing: not a network this engine runs
    std::string name;  // "FeatherFace V1", or the nearest known thing ("FeatherNetB anti-spoofing network")
    std::string explanation;      // when architecture is nothing: why, and the first tensors that differ
    std::int64_t parameters = 0;  // elements of trained tensors
    std::int64_t buffers = 0;     // elements of BatchNorm running_mean, running_var, num_batches_tracked
    std::int64_t debris = 0;      // elements of profiler counters (*.total_ops, *.total_params)
    std::vector<std::string> differences;  // to the nearest network: missing, extra, misshapen tensors
    std::vector<std::string> warnings;     // NaN or infinite weights, negative running variances, ...
};

Identity identify(const loaders::Checkpoint& checkpoint);

}  // namespace featherface::engine
