// Finds the state_dict in a torch file: the dict of named tensors, either the whole file or under one of the
// usual keys, with the "module." of (Distributed)DataParallel taken off its names.
#pragma once

#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {

struct StateDict {
    std::string path;  // "" when it is the whole file, else the key it is under
    bool had_module_prefix = false;
    std::vector<CheckpointTensor> tensors;  // in file order; none when the file has no state_dict
    std::vector<std::string> other_keys;    // what stands beside it, and what in it is no tensor
};

// Errors: malformed (keys that are no strings or repeated, entries that are neither tensors nor plain data,
// prefixes on some names only), unsupported (a file that holds something other than a dict), limit_exceeded.
Result<StateDict> read_state_dict(const TorchFile& file);

}  // namespace featherface::loaders
