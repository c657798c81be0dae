// Writes whole modules as torch.save(net) and TorchScript pickle them, for tests: a tree of objects out of
// the dotted names of a state_dict.
#pragma once

#include <string>
#include <vector>

#include "support/bytes.hpp"
#include "support/pickle_writer.hpp"
#include "support/torch_writer.hpp"

namespace featherface::test {

struct ModuleOptions {
    bool script = false;                   // of TorchScript's classes, in an archive with constants.pkl
    bool legacy = false;                   // in the legacy container: float32 only
    std::string module = "models.net";     // where the classes are said to be
    std::string nesting{};                 // under this key of a dict, beside "epoch"
    std::vector<std::string> not_saved{};  // names of buffers that a state_dict would leave out
    std::string constants = "\x80\x02).";  // the pickle constants.pkl of a script
};

// Pushes the object; adds the tensors' storages to `storages`.
void push_module(PickleWriter& pickle, const std::vector<TorchTensor>& tensors, Storages& storages,
                 const ModuleOptions& options = {});

ByteString make_module_file(const std::vector<TorchTensor>& tensors, const ModuleOptions& options = {});

}  // namespace featherface::test
