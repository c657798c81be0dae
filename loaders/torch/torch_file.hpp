// The two containers torch.save has used, read into the same thing: one pickle, and storages by key. The zip
// form (since PyTorch 1.6) keeps an entry per storage; the older "legacy" form is a stream of pickles and
// storages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/pickle.hpp"
#include "loaders/torch/pickle_uses.hpp"

namespace featherface::loaders {

struct TorchFile {
    std::string_view container;  // "torch zip", "torch legacy" or "TorchScript zip"
    Pickle pickle;
    std::vector<std::pair<std::string, Pickle>> beside;  // other pickles of the file, by name
    std::unordered_map<std::string, std::span<const std::byte>> storages;
    std::vector<std::vector<std::byte>> inflated;  // the storages that were deflated in the archive

    bool is_script() const { return container == "TorchScript zip"; }
};

// How large such a file may be (loaders::Allowance). Errors: malformed, for what neither begins nor ends as a
// checkpoint and is too large to be looked through.
Result<std::uint64_t> allowed_checkpoint(const FileEnds& ends);

// The bytes must outlive the result. `uses` is told what the file's pickles ask for, whether the file can be
// read or not. Errors: malformed, unsupported (big-endian files, storage views, unknown versions),
// limit_exceeded; without the file's name.
Result<TorchFile> read_torch_file(std::span<const std::byte> bytes, PickleUses& uses);
Result<TorchFile> read_torch_zip(std::span<const std::byte> bytes, PickleUses& uses);
Result<TorchFile> read_torch_legacy(std::span<const std::byte> bytes, PickleUses& uses);

}  // namespace featherface::loaders
