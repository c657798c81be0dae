// What the calls inside a torch pickle mean: storages and tensors. This is the allow-list: the functions of
// torch named in torch_objects.cpp are understood, from their arguments; nothing is ever called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/dtype.hpp"
#include "loaders/torch/pickle.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {

// A storage as a persistent id tells it: ('storage', type, key, location, number of elements).
struct TorchStorage {
    std::string_view key;
    DType dtype = DType::other;   // u8 when untyped
    std::string_view dtype_name;  // "float32", "quint8", ...
    std::size_t element_size = 0;
    std::uint64_t elements = 0;

    std::uint64_t bytes() const { return elements * element_size; }  // does not overflow
};
Result<TorchStorage> read_storage(PickleValue persistent);

// Whether PyTorch has a function of this name that makes tensors or parameters; and, among these, one that
// calls another to make a tensor of a given class.
bool is_tensor_function(std::string_view name);
bool is_subclass_function(std::string_view name);

// Whether the value is a call that makes a tensor or parameter.
bool is_tensor(PickleValue value);

// Whether a tensor or NumPy array can be weights: no counter, no mask, no single number. True when only
// reading it tells.
bool may_be_weight(PickleValue value);

// A shape whose number of elements, sizes of 0 left out, can be counted: no product of its sizes overflows.
Result<std::vector<std::int64_t>> read_shape(PickleValue value);

// The tensor that is_tensor(value) makes, with its place in its storage checked. Quantized, sparse and other
// tensors that are no plain arrays have a layout and no bytes. `name` stands in messages and in the result.
Result<CheckpointTensor> read_tensor(PickleValue value, std::string_view name, const TorchFile& file);

}  // namespace featherface::loaders
