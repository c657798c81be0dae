// Which rows of its inputs an operation reads to compute given rows of its output: what strip-wise execution
// needs.
#pragma once

#include <optional>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

using kernels::Rows;

// Whether each output row can be computed by itself, from a few rows of each map.
bool is_row_wise(const Operation& operation);

// Rows of input `input` (cut to the map) that output rows `rows` need. `is_row_wise` operations only.
Rows input_rows(const Operation& operation, int input, const Shape& input_shape, const Shape& output_shape,
                Rows rows);

// Whether every row of that input may be needed whatever the output row: a deformable convolution's map,
// whose samples lie anywhere.
bool reads_all_rows(const Operation& operation, int input);

// Cells V1's max pooling pads before the first row (or column) of `extent`: TensorFlow's "same", the smaller
// half of the total first; and 1 for the ordinary padding.
int pool_padding(MaxPool::Padding padding, int extent);

}  // namespace featherface::engine
