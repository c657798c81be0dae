// Where in a pickle a network's tensors are: in the whole of it, in the only entry that holds a network, up
// to two levels down, or where the user says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

struct FoundNetwork {
    std::vector<PickleValue> keys;  // strings; none for the whole pickle
    PickleValue value;              // a dict, a list of pairs, or a module

    std::string path() const;  // "", "state_dict", "ema.model"
};

// Nothing when no entry holds a tensor. An entry with a tenth of the most tensors or fewer (statistics, class
// weights) is no network. `key` picks: an entry's name, "a.b" for one in another, "." for the whole.
// Errors: unsupported (several networks), invalid_argument (no network at `key`), and those of
// tensors_of_module.
Result<std::optional<FoundNetwork>> find_network(const Pickle& pickle, std::string_view key);

}  // namespace featherface::loaders
