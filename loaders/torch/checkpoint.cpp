#include "loaders/torch/checkpoint.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/name_prefix.hpp"
#include "loaders/torch/packed_checkpoint.hpp"
#include "loaders/torch/safetensors.hpp"
#include "loaders/torch/sha256.hpp"
#include "loaders/torch/state_dict.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {
namespace {

Status no_entries(std::string_view what) {
    return error(StatusCode::invalid_argument, "a key for " + std::string(what) + ", which has no entries");
}

}  // namespace

struct Checkpoint::Contents {
    std::string file_name;
    std::optional<MappedFile> file;  // none when the caller holds the bytes
    std::span<const std::byte> bytes;
    std::vector<std::vector<std::byte>> inflated;
    std::string_view container;
    std::optional<PackedFile> packed;
    StateDict dict;
    std::unordered_map<std::string_view, std::size_t> index;  // of dict.tensors, by name
    std::vector<std::string> globals, calls, classes;

    Status read_pickled_file(const CheckpointOptions& options) {
        PickleUses uses;
        Result<TorchFile> torch = read_torch_file(bytes, uses);
        if (!uses.foreign().empty() && !options.ignore_calls) return refuse(uses.foreign(), torch.status());
        if (!torch.ok()) return torch.status();
        Result<StateDict> found = read_state_dict(torch.value(), options.key);
        if (!found.ok()) return found.status();
        // A whole module is made of objects; nothing else needs any.
        const bool is_module = found->form == Form::module;
        if (!is_module && !uses.objects().empty() && !options.ignore_calls) return refuse(uses.objects());
        for (const PickleUse& use : uses.foreign()) calls.push_back(use.text());
        for (const PickleUse& use : uses.objects()) {
            is_module ? classes.push_back(use.name) : calls.push_back(use.text());
        }
        classes.insert(classes.end(), uses.tensor_types().begin(), uses.tensor_types().end());
        inflated = std::move(torch->inflated);
        container = torch->container;
        dict = std::move(found).value();
        globals.assign(uses.globals().begin(), uses.globals().end());
        return {};
    }

    Status read_packed_model(const CheckpointOptions& options) {
        if (!options.key.empty()) return no_entries("a packed model");
        Result<PackedFile> read = PackedFile::read(bytes);
        if (!read.ok()) return read.status();
        for (const PackedFile::Section& section : read->sections()) {
            if (Status status = read->check(section); !status.ok()) return status;
        }
        Result<std::vector<PackedTensor>> tensors = read_packed_tensors(read.value());
        if (!tensors.ok()) return tensors.status();
        for (PackedTensor& tensor : tensors.value()) dict.tensors.push_back(as_checkpoint_tensor(tensor));
        container = "packed model";
        packed = std::move(read).value();
        return {};
    }

    Status read_safetensors_file(const CheckpointOptions& options) {
        if (!options.key.empty()) return no_entries("a safetensors file");
        Result<StateDict> read = read_safetensors(bytes);
        if (!read.ok()) return read.status();
        container = "safetensors";
        dict = std::move(read).value();
        return {};
    }

    void make_index() {
        index.clear();
        for (std::size_t i = 0; i < dict.tensors.size(); ++i) index.emplace(dict.tensors[i].name, i);
    }
};

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& path, const CheckpointOptions& options) {
    Result<MappedFile> file = MappedFile::open(path, kLargestFileBytes, allowed_checkpoint);
    if (!file.ok()) return file.status();
    Result<Checkpoint> checkpoint = from_bytes(file->bytes(), path.string(), options);
    if (checkpoint.ok()) checkpoint->contents_->file = std::move(file).value();
    return checkpoint;
}

Result<Checkpoint> Checkpoint::from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                          const CheckpointOptions& options) {
    auto contents = std::make_unique<Contents>();
    contents->file_name = name;
    contents->bytes = bytes;
    const Status status = PackedFile::is_packed(bytes) ? contents->read_packed_model(options)
                          : is_safetensors(bytes)      ? contents->read_safetensors_file(options)
                                                       : contents->read_pickled_file(options);
    if (!status.ok()) return in_file(name, status);
    contents->make_index();
    return Checkpoint(std::move(contents));
}

Checkpoint::Checkpoint(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

std::span<const CheckpointTensor> Checkpoint::tensors() const {
    return contents_->dict.tensors;
}

const CheckpointTensor* Checkpoint::find(std::string_view name) const {
    const auto found = contents_->index.find(name);
    return found == contents_->index.end() ? nullptr : &contents_->dict.tensors[found->second];
}

std::string_view Checkpoint::file_name() const {
    return contents_->file_name;
}
std::string_view Checkpoint::container() const {
    return contents_->container;
}
const PackedFile* Checkpoint::packed() const {
    return contents_->packed ? &*contents_->packed : nullptr;
}
std::string_view Checkpoint::form() const {
    switch (contents_->dict.form) {
        case Form::dict: return "state_dict";
        case Form::list_of_pairs: return "list of pairs";
        case Form::module: return "whole module";
        case Form::script_module: return "TorchScript module";
    }
    return "state_dict";
}
std::string_view Checkpoint::state_dict_path() const {
    return contents_->dict.path;
}
std::string_view Checkpoint::prefix() const {
    return contents_->dict.prefix;
}
std::string Checkpoint::shared_prefix() const {
    return loaders::shared_prefix(contents_->dict.tensors);
}
void Checkpoint::drop_prefix(std::string_view prefix) {
    if (prefix.empty()) return;
    loaders::drop_prefix(contents_->dict.tensors, prefix);
    contents_->dict.prefix += prefix;
    contents_->make_index();
}
std::span<const std::string> Checkpoint::globals() const {
    return contents_->globals;
}
std::span<const std::string> Checkpoint::calls() const {
    return contents_->calls;
}
std::span<const std::string> Checkpoint::classes() const {
    return contents_->classes;
}
std::span<const std::string> Checkpoint::top_level_keys() const {
    return contents_->dict.other_keys;
}
std::uint64_t Checkpoint::file_size() const {
    return contents_->bytes.size();
}
std::string Checkpoint::sha256() const {
    return sha256_hex(contents_->bytes);
}

}  // namespace featherface::loaders
