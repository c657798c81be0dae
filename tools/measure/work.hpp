// How much a node computes and how many bytes it has to move, from its shapes alone.
//
// Counted as arithmetic are the multiply-adds of convolutions and matrix products, and the four of each
// bilinear sample of a deformable convolution. Elementwise steps, pools and resizing count none. Bytes are
// the least that must move: each input and each weight once, each output once. What passes between the stages
// of a Strips node stays in cache and counts nothing.
#pragma once

#include <cstdint>
#include <span>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

struct Work {
    std::int64_t multiply_adds = 0;
    std::int64_t map_bytes = 0;     // read and written
    std::int64_t weight_bytes = 0;  // as the checkpoint has them, in float32

    std::int64_t flops() const { return 2 * multiply_adds; }
    std::int64_t bytes() const { return map_bytes + weight_bytes; }
    Work& operator+=(const Work& other);
};

// Of a node of the graph, `shapes` being those of all its nodes. A view (Slice, ToAnchors, a Concat in place)
// is no work.
Work work_of(const Graph& graph, ValueId node, std::span<const Shape> shapes);

// Of each stage of a Strips node, as if it ran alone: the maps it reads and writes count.
std::vector<Work> work_of_stages(const Node& strips, std::span<const Shape> inputs);

// Of the whole graph for a picture of height x width; no weights are needed.
Work work_of(const Graph& graph, int height, int width);

}  // namespace featherface::engine
