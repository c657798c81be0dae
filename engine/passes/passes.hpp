// Rewrites of a bound graph (parameters filled in). Each is separate, named, and tested against the graph it
// was given: same outputs, fewer nodes. A node that absorbs another takes over its names and keeps its own as
// `fused`.
#pragma once

#include "engine/graph.hpp"

namespace featherface::engine {

// BatchNorm after a convolution becomes part of its weights and bias (computed in double).
Graph fold_batch_norm(Graph graph);

// An activation that alone reads a conv, deform_conv, add, weighted_sum or linear becomes its epilogue.
Graph fuse_activations(Graph graph);

// Drops nodes and parameters no output needs.
Graph eliminate_dead(Graph graph);

// All of the above in the order that helps most: what the detector runs.
Graph optimize(Graph graph);

}  // namespace featherface::engine
