// How messages for people write numbers, shapes and types.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "loaders/torch/checkpoint_tensor.hpp"

namespace featherface::engine {

// "592,371"
std::string grouped(std::int64_t number);

// "(8, 3, 3, 3)" as PyTorch prints it, but "(8)" for one dimension and "()" for a scalar.
std::string shape_text(std::span<const std::int64_t> shape);

// "float32", or what the file calls it; "sparse float32" for a tensor that is not plainly dense.
std::string type_text(const loaders::CheckpointTensor& tensor);

}  // namespace featherface::engine
