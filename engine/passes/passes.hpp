// Rewrites of a graph. Each is separate, named, and tested against the graph it was given: same outputs,
// fewer or cheaper steps. A node that absorbs another takes over its names and keeps its own as `fused`; what
// nobody reads any more stays until eliminate_dead(). What becomes of a graph does not depend on its
// parameters' values: an unbound one, without any, becomes the same nodes.
#pragma once

#include <span>
#include <string>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

// BatchNorm after a convolution becomes the scale and bias of its epilogue (computed in double).
Graph fold_batch_norm(Graph graph);

// relu(concat(a, b, ...)) becomes concat(relu(a), relu(b), ...), which fuse_activations() can use.
Graph sink_activations(Graph graph);

// softmax(concat(anchors of a, anchors of b, ...)) becomes concat(anchors of softmax(a), ...): a softmax per
// level, of maps, which can be computed row by row with what they come from.
Graph sink_softmax(Graph graph);

// An activation that alone reads a conv, deform_conv, add, weighted_sum or linear becomes its epilogue.
Graph fuse_activations(Graph graph);

// A map's channel gate, the pixel gate on what it lets through and the sum of that with the map become one
// node, and statistics of what the channel gate lets through are taken of the map and the gate: what lies
// between is never there as a map.
Graph fuse_gates(Graph graph);

// The first convolution, where it alone reads the pixels as floats and is the stem, reads the picture itself.
Graph fuse_pixels(Graph graph);

// A channel shuffle read by ungrouped or grouped 1x1 convolutions alone becomes part of their weights.
Graph fold_shuffles(Graph graph);

// Convolutions of equal geometry that read the same map become one, their results slices of its
// channels: the offset and mask convolutions of deformable branches, the three heads of a level.
Graph merge_siblings(Graph graph);

// Drops nodes and parameters no output needs, as the passes leave behind.
Graph eliminate_dead(Graph graph);

// All of the above in the order that helps most: what the detector runs. The values named in `unfused` are
// still there afterwards, each a node's own; names the graph does not have are ignored.
Graph optimize(Graph graph, std::span<const std::string> unfused = {});

}  // namespace featherface::engine
