// The safetensors container: a length (8 bytes), a JSON header of that length that names type, shape and
// place of each tensor, and the tensors' bytes.
//
// Limits: a header of 100 MB, and names, entries and dimensions as in any checkpoint. The tensors must fill
// what follows the header, with no holes and no overlaps.
#pragma once

#include <cstddef>
#include <span>

#include "featherface/status.hpp"
#include "loaders/torch/state_dict.hpp"

namespace featherface::loaders {

// Does the file begin as safetensors files do? Not whether it is a good one.
bool is_safetensors(std::span<const std::byte> bytes);

// The bytes must outlive the result. Errors: malformed, unsupported, limit_exceeded; without the file's name.
Result<StateDict> read_safetensors(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
