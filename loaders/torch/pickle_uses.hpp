// What pickles ask of whoever unpickles them, against a list of what tensors need: PyTorch's functions that
// rebuild them, containers, numbers, NumPy's arrays and plain records. Nothing is called here, whatever it
// is; but PyTorch would, and the file's owner should know.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/pickle.hpp"

namespace featherface::loaders {

struct PickleUse {
    enum class What { call, build, import };
    What what = What::call;
    std::string name;          // "os.system"; "" for what another call made, which has no name
    std::uint64_t offset = 0;  // of the first, in the file

    // "call 'os.system'", "build an object of 'Net'", "import 'my.thing'"
    std::string text() const;
};

// What all pickles of a file ask for together.
class PickleUses {
  public:
    // Takes what a pickle asks for, of one that could not be read to its end, too. In `script`, an archive of
    // TorchScript's, classes under __torch__ are part of the format.
    void add(const Pickle& pickle, bool script = false);

    // What no checkpoint needs: calls and names that are not on the list. Each is there once.
    const std::vector<PickleUse>& foreign() const { return foreign_; }
    // Objects that are made as those of a whole module are, of classes that only their owner has; a
    // state_dict needs none.
    const std::vector<PickleUse>& objects() const { return objects_; }
    // The classes of tensors that are no plain torch.Tensor.
    const std::set<std::string>& tensor_types() const { return tensor_types_; }

    const std::array<std::uint64_t, 256>& opcodes() const { return opcodes_; }  // how often, by code
    const std::set<std::string>& globals() const { return globals_; }

  private:
    void add_use(std::vector<PickleUse>& uses, PickleUse::What what, std::string_view name,
                 std::uint64_t offset);

    std::vector<PickleUse> foreign_, objects_;
    std::set<std::string> tensor_types_, globals_;
    std::set<std::string> told_;
    std::array<std::uint64_t, 256> opcodes_{};
};

// It is malformed, and the message names the first of `uses`, of which there is one at least. `besides` is
// what else is wrong with the file.
Status refuse(const std::vector<PickleUse>& uses, const Status& besides = {});

}  // namespace featherface::loaders
