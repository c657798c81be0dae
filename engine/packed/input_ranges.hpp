// Which convolutions of a network are computed with 8 bits, and from which values of their inputs: what a
// packed model that `quantize` made says of each, by its module's name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"
#include "loaders/packed/packed_file.hpp"

namespace featherface::engine {

struct InputRange {
    std::string name;  // a module path, "body.stage1.1.3"
    ValueRange range;
};

// Those that a file has; none where it was not made for 8 bits. Errors: as read_packed_ranges().
Result<std::vector<InputRange>> read_input_ranges(const loaders::PackedFile& file);

// The section for them.
std::vector<std::byte> input_range_bytes(std::span<const InputRange> ranges);

// Gives the convolutions of a graph as its topology made it their ranges. Errors: malformed (there is no such
// convolution, or none that can be computed with 8 bits).
Status set_input_ranges(Graph& graph, std::span<const InputRange> ranges);
// The same of those that a file has.
Status set_input_ranges(Graph& graph, const loaders::PackedFile& file);

}  // namespace featherface::engine
