// NumPy arrays inside a pickle, told from the calls that would rebuild them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

// The bytes of arrays that pickles below protocol 3 hold as text, decoded once each.
struct DecodedBytes {
    std::vector<std::vector<std::byte>> buffers;
    std::unordered_map<const char*, std::span<const std::byte>> by_text;
};

// Whether the value is a call that makes an array.
bool is_numpy_array(PickleValue value);

// One number of NumPy's, which is no array.
bool is_numpy_scalar(PickleValue value);

// Whether its numbers can be weights: floating-point ones, with a dimension at least.
bool may_be_weight_array(PickleValue array);

// The array that is_numpy_array(value) makes. Arrays of objects, of big-endian numbers and alike have a
// layout and no bytes. `name` stands in messages and in the result.
Result<CheckpointTensor> read_numpy_array(PickleValue value, std::string_view name, DecodedBytes& decoded);

}  // namespace featherface::loaders
