// The tensors of a packed model as a checkpoint's.
#pragma once

#include "loaders/packed/packed_tensors.hpp"
#include "loaders/torch/checkpoint_tensor.hpp"

namespace featherface::loaders {

// The tensor's elements stay where they are.
inline CheckpointTensor as_checkpoint_tensor(const PackedTensor& packed) {
    CheckpointTensor tensor;
    tensor.name = packed.name;
    tensor.dtype = packed.type == PackedType::f16 ? DType::f16 : DType::f32;
    tensor.dtype_name = name_of(tensor.dtype);
    tensor.bytes = packed.bytes;
    tensor.strides.resize(packed.shape.size());
    std::int64_t step = 1;
    for (std::size_t d = packed.shape.size(); d-- > 0; step *= packed.shape[d]) tensor.strides[d] = step;
    tensor.shape = packed.shape;
    return tensor;
}

}  // namespace featherface::loaders
