// A tensor of a checkpoint of whatever kind: what it is called, and where its elements lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/dtype.hpp"

namespace featherface::loaders {

// One tensor of a state_dict. Element (i, j, ...) lies at bytes[(i * strides[0] + j * strides[1] + ...) *
// size]; every element the shape reaches is inside `bytes` (checked when the file was opened).
struct CheckpointTensor {
    std::string name;  // without the prefix that was taken off
    DType dtype = DType::other;
    std::string dtype_name;             // as the file names it, for types we have no DType for
    std::vector<std::int64_t> shape;    // empty: a scalar
    std::vector<std::int64_t> strides;  // in elements, same length as shape
    std::span<const std::byte> bytes;   // from the tensor's first element to the end of its storage
    // Empty: an ordinary dense tensor. Else "quantized", "sparse", "nested", "meta", "numpy", "conjugate or
    // negative" or "unknown" (a dtype we have not): such tensors are named, not read.
    std::string layout;

    std::int64_t element_count() const;
    bool is_contiguous() const;
};

// Copies a tensor to row-major float32 (f16, bf16 and f64 are converted). `out` has element_count() entries.
// Errors: unsupported when the dtype is no floating-point type or the layout is not dense.
Status copy_as_f32(const CheckpointTensor& tensor, std::span<float> out);

}  // namespace featherface::loaders
