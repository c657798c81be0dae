// Pickles that were made to run something. We never call what a pickle names, so they cannot harm us; but a
// file that asks for os.system is no checkpoint, and its owner should know before giving it to PyTorch.
#pragma once

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

// Malformed, naming the callable, when the pickle would call anything of the modules and functions listed in
// unsafe_calls.cpp, which run programs or code, unpickle, or open files or connections; or something that no
// name says, such as what another call made. No such list is complete: a file that passes is harmless here,
// and may still not be so elsewhere.
Status refuse_unsafe_calls(const Pickle& pickle);

}  // namespace featherface::loaders
