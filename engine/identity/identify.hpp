// What a checkpoint holds, told by its tensors alone: names, shapes and types, never the file's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/identity/networks.hpp"
#include "featherface/model.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::engine {

struct Identity {
    std::optional<Architecture> architecture;  // nothing: not a network this engine runs
    Graph graph;                               // the network's, bound; empty when architecture is nothing
    std::string name;  // "FeatherFace V1", or the nearest known thing ("FeatherNetB anti-spoofing network")
    std::string explanation;  // when architecture is nothing: why, and the first tensors that differ
    // Ignored tensors of a network that was recognised are not counted.
    std::int64_t parameters = 0;  // elements of trained tensors
    std::int64_t buffers = 0;     // elements of BatchNorm running_mean, running_var, num_batches_tracked
    std::int64_t debris = 0;      // elements of profiler counters (*.total_ops, *.total_params)
    // When architecture is nothing: how the tensors differ from those of the nearest network that runs here
    // (missing, misshapen, of a type that is no floating-point one, extra). At most kMostDifferences of them
    // are spelled out.
    static constexpr std::size_t kMostDifferences = 100;
    std::vector<std::string> differences;
    std::size_t difference_count = 0;
    std::vector<std::string> warnings;  // NaN or infinite weights, negative running variances, ...
};

// A checkpoint is a network's when it has all of its tensors, in shape, of floating-point type, and no other
// floating-point ones. num_batches_tracked and profiler counters may be there or not. A prefix that all
// weights share, of up to four parts, is taken off the checkpoint's names where a network fits, or is
// nearest, without it.
Identity identify(loaders::Checkpoint& checkpoint);

}  // namespace featherface::engine
