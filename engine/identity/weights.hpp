// From a checkpoint's tensors to a graph's parameters.
#pragma once

#include <functional>
#include <string_view>

#include "engine/graph/graph.hpp"
#include "featherface/status.hpp"
#include "loaders/torch/checkpoint_tensor.hpp"

namespace featherface::engine {

// Fills every parameter's values, denormal ones as zeros. Errors: wrong_model when a tensor is missing or has
// another shape, unsupported when its type is no floating-point one; the message names the tensor.
// `find` gives a tensor by its name, or nullptr; `file` stands in messages.
using FindTensor = std::function<const loaders::CheckpointTensor*(std::string_view name)>;
Status bind(Graph& graph, std::string_view file, const FindTensor& find);

// The same of a loaders::Checkpoint, or what else knows its file's name and finds tensors.
template <class Tensors>
Status bind(Graph& graph, const Tensors& tensors) {
    return engine::bind(graph, tensors.file_name(),
                        [&](std::string_view name) { return tensors.find(name); });
}

}  // namespace featherface::engine
