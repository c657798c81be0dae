// The dotted prefixes that wrappers put before the names of a state_dict: "module." of DataParallel,
// "_orig_mod." of torch.compile, "model." of a training framework. They are told from the names, not from a
// list; whether a network fits without one is for others to say.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/torch/checkpoint.hpp"

namespace featherface::loaders {

// Is `component` the last part of a dotted name?
bool ends_in(std::string_view name, std::string_view component);

// What a profiler leaves in a network: "*.total_ops", "*.total_params".
bool is_profiler_debris(std::string_view name);

// Whether a prefix must stand before the tensor's name, too: debris and counters may belong to a wrapper.
bool is_weight(const CheckpointTensor& tensor);

// The longest prefix, up to and with its last dot, that the names of all weights share; "" when they share
// none.
std::string shared_prefix(std::span<const CheckpointTensor> tensors);

// Takes the prefix off the names that have it. Where a name then stands there twice, the one that never had
// the prefix, a wrapper's, goes.
void drop_prefix(std::vector<CheckpointTensor>& tensors, std::string_view prefix);

}  // namespace featherface::loaders
