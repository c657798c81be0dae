// A checkpoint as named tensors: it opens either torch container (zip, or the older "legacy" stream), a
// TorchScript archive, a safetensors file or a packed model, finds the network's tensors in it (a state_dict,
// bare or nested, a list of pairs, NumPy arrays, a whole module), takes "module." off its names and hands out
// tensors as views into the file's bytes.
//
// Limits: files of 2 GiB, 65,535 zip entries, 16,384 entries of a state_dict with names of 1,024 bytes,
// tensors of 8 dimensions, pickles as in pickle.hpp; entries that were deflated may come to the file's size
// and 16 MiB. Expanded tensors (a stride of 0) are refused. Opening takes at most three times the file's size
// and 64 MiB of memory, whatever the file holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/packed/packed_file.hpp"
#include "loaders/torch/checkpoint_tensor.hpp"

namespace featherface::loaders {

struct CheckpointOptions {
    // Which network, where the file holds several: the name of its entry, "a.b" for one in another, "." for
    // the file's own.
    std::string key{};
    // A file is read even where its pickles ask for calls that tensors do not need: calls() then names them.
    // Nothing is ever called; without this such a file is refused.
    bool ignore_calls = false;
};

class Checkpoint {
  public:
    // Errors: io_error, malformed, unsupported, limit_exceeded; messages carry file, offset, expected, found,
    // hint. invalid_argument: nothing at the options' key.
    static Result<Checkpoint> open(const std::filesystem::path& path, const CheckpointOptions& options = {});
    // The bytes must outlive the Checkpoint. `name` stands in messages.
    static Result<Checkpoint> from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                         const CheckpointOptions& options = {});

    Checkpoint(Checkpoint&&) noexcept;
    Checkpoint& operator=(Checkpoint&&) noexcept;
    ~Checkpoint();

    // They are in file order. There are none when the file is a valid torch file without a state_dict (an
    // optimizer-only file, say).
    std::span<const CheckpointTensor> tensors() const;
    const CheckpointTensor* find(std::string_view name) const;  // nullptr when there is none

    std::string_view file_name() const;
    // "torch zip", "torch legacy", "TorchScript zip", "safetensors" or "packed model"
    std::string_view container() const;
    // Of a packed model, every section of which is as it was written; nullptr for all else.
    const PackedFile* packed() const;
    // What holds the tensors: "state_dict", "list of pairs", "whole module" or "TorchScript module".
    std::string_view form() const;
    std::string_view state_dict_path() const;  // "" when bare, else "state_dict", "ema.model", ...
    // What was taken off the names: "module." when all weights had it, and what drop_prefix() was given.
    std::string_view prefix() const;
    // The longest prefix that the weights' names still share ("_orig_mod.model."), or "".
    std::string shared_prefix() const;
    // Takes a prefix off all names that have it.
    void drop_prefix(std::string_view prefix);
    std::span<const std::string> globals() const;  // every module.name the pickles refer to, sorted
    // What whoever unpickles the file does beside making tensors: "call 'os.system'". None unless it was
    // opened with ignore_calls.
    std::span<const std::string> calls() const;
    // The classes of a whole module, or of special tensors: torch.load imports and builds them, out of code
    // that is not in the file.
    std::span<const std::string> classes() const;
    // Keys beside the state_dict ("optimizer", "epoch", ...), and what in it is no tensor
    // ("state_dict.epoch").
    std::span<const std::string> top_level_keys() const;
    std::uint64_t file_size() const;
    std::string sha256() const;  // of the whole file, lower-case hex; computed at each call

  private:
    struct Contents;
    explicit Checkpoint(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> contents_;
};

}  // namespace featherface::loaders
