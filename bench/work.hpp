// How much arithmetic a network takes.
#pragma once

#include "engine/graph.hpp"

namespace featherface::bench {

// Multiply-adds of the convolutions and matrix products for a picture of height x width, the four of each
// bilinear sample of a deformable convolution among them. What is elementwise, pooled or resized counts
// nothing. `graph` as make_graph() builds it; weights are not needed.
double multiply_adds(const engine::Graph& graph, int height, int width);

}  // namespace featherface::bench
