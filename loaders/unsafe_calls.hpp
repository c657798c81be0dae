// Pickles that were made to run something. We never call what a pickle names, so they cannot harm us; but a
// file that asks for os.system is no checkpoint, and its owner should know before giving it to PyTorch.
#pragma once

#include "featherface/status.hpp"
#include "loaders/pickle.hpp"

namespace featherface::loaders {

// Malformed, naming the callable, when the pickle would call anything of a module that runs programs, opens
// files or connections, or executes code.
Status refuse_unsafe_calls(const Pickle& pickle);

}  // namespace featherface::loaders
