// A value as PyTorch lays it out: maps are stored here height x width x channels, there channels first.
#pragma once

#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::tools {

// The elements of `map` in the order of shape.torch_shape(), into `out`, whose memory is reused.
void to_torch_order(const engine::Shape& shape, kernels::ConstMap map, std::vector<float>& out);

}  // namespace featherface::tools
