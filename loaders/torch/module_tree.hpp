// The tensors of a whole module, as torch.save(net) or TorchScript has pickled it: what its state_dict()
// would hold, under the same names. Modules are told by what BUILD gave them; their classes are not needed,
// and nothing of them is run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

// An object with `_parameters`, `_buffers` and `_modules`, or one of a class of TorchScript's.
bool is_module(PickleValue value);

// Is it of TorchScript's, "__torch__.module.Class"?
bool is_script_module(PickleValue value);

struct NamedValue {
    std::string name;
    PickleValue value;
};

// Parameters and buffers that are tensors, a module's own before those of the modules in it. `budget` is how
// many attributes may still be looked at, here and in the calls that follow: modules may hold each other many
// times over. Errors: malformed (two of one name), limit_exceeded.
Result<std::vector<NamedValue>> tensors_of_module(PickleValue module, std::size_t& budget);

constexpr std::size_t kMostAttributes = std::size_t{1} << 17;  // a FeatherFace has some 2,000

}  // namespace featherface::loaders
