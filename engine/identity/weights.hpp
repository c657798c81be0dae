// From a checkpoint's tensors to a graph's parameters.
#pragma once

#include "engine/graph/graph.hpp"
#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::engine {

// Fills every parameter's values, denormal ones as zeros. Errors: wrong_model when a tensor is missing or has
// another shape, unsupported when its type is no floating-point one; the message names the tensor.
Status bind(Graph& graph, const loaders::Checkpoint& checkpoint);

}  // namespace featherface::engine
