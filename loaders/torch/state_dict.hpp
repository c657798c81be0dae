// Finds the state_dict in a torch file: the named tensors of a network, in a dict or a list of pairs or as
// the parts of a whole module, wherever network_search.hpp finds it, with the "module." of
// (Distributed)DataParallel taken off its names. Other prefixes stay: see name_prefix.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {

// What holds the tensors.
enum class Form { dict, list_of_pairs, module, script_module };

struct StateDict {
    Form form = Form::dict;
    std::string path;    // "" when it is the whole file, else the key it is under: "state_dict", "ema.model"
    std::string prefix;  // what was taken off the names: "module.", maybe several times
    std::vector<CheckpointTensor> tensors;        // in file order; none when the file has no state_dict
    std::vector<std::string> other_keys;          // what stands beside it, and what in it is no tensor
    std::vector<std::vector<std::byte>> decoded;  // bytes of tensors that the file holds as text
};

// `key` says which network where the file holds several (see find_network); "" for the only one. Errors:
// malformed (keys that are no strings or repeated, entries that are neither tensors nor plain data, prefixes
// on some names only), unsupported (a file that holds something else, or several networks), invalid_argument
// (`key`), limit_exceeded.
Result<StateDict> read_state_dict(const TorchFile& file, std::string_view key = "");

// Takes "module." off all names, as often as all weights have it. Malformed when only some weights have it.
Status strip_module(StateDict& dict);

}  // namespace featherface::loaders
