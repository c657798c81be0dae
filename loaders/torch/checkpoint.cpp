#include "loaders/torch/checkpoint.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "loaders/archive/zip.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/file_kind.hpp"
#include "loaders/torch/name_prefix.hpp"
#include "loaders/torch/safetensors.hpp"
#include "loaders/torch/sha256.hpp"
#include "loaders/torch/state_dict.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {

namespace {

Status unknown_format(std::span<const std::byte> bytes) {
    const FileKind kind = recognise(bytes);
    if (!kind.name.empty()) {
        return error(StatusCode::malformed, "not a PyTorch checkpoint",
                     {.found = std::string(kind.name), .hint = std::string(kind.hint)});
    }
    return error(
        StatusCode::malformed, "not a PyTorch checkpoint",
        {.offset = 0,
         .expected = "50 4b 03 04 (zip) or 80 02 8a 0a (legacy)",
         .found = bytes.empty() ? "nothing" : hex_bytes(bytes.first(std::min<std::size_t>(bytes.size(), 8))),
         .hint = "download or copy the file again"});
}

Result<TorchFile> read_container(std::span<const std::byte> bytes) {
    const std::string_view text = as_text(bytes);
    if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6")) return read_torch_zip(bytes);
    // A pickle of protocol 2 and above, or the beginning of the magic number in an older one.
    if (text.starts_with("\x80") || text.starts_with("L1195470")) return read_torch_legacy(bytes);
    // Something before the archive, which the zip reader puts into words.
    if (recognise(bytes).name.empty() && has_zip_end_record(bytes)) return read_torch_zip(bytes);
    return unknown_format(bytes);
}

}  // namespace

struct Checkpoint::Contents {
    std::string file_name;
    std::optional<MappedFile> file;  // none when the caller holds the bytes
    std::span<const std::byte> bytes;
    std::vector<std::vector<std::byte>> inflated;
    std::string_view container;
    StateDict dict;
    std::unordered_map<std::string_view, std::size_t> index;  // of dict.tensors, by name
    std::vector<std::string> globals;

    Status read_torch_file(const CheckpointOptions& options) {
        Result<TorchFile> torch = read_container(bytes);
        if (!torch.ok()) return torch.status();
        Result<StateDict> found = read_state_dict(torch.value(), options.key);
        if (!found.ok()) return found.status();
        inflated = std::move(torch->inflated);
        container = torch->container;
        dict = std::move(found).value();
        globals.assign(torch->pickle.globals().begin(), torch->pickle.globals().end());
        return {};
    }

    Status read_safetensors_file(const CheckpointOptions& options) {
        if (!options.key.empty()) {
            return error(StatusCode::invalid_argument, "a key for a safetensors file, which has no entries");
        }
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
    Result<MappedFile> file = MappedFile::open(path);
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
    const Status status =
        is_safetensors(bytes) ? contents->read_safetensors_file(options) : contents->read_torch_file(options);
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
