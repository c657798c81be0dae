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
#include "loaders/torch/sha256.hpp"
#include "loaders/torch/state_dict.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {

struct Checkpoint::Contents {
    std::string file_name;
    std::optional<MappedFile> file;  // none when the caller holds the bytes
    std::span<const std::byte> bytes;
    std::vector<std::vector<std::byte>> inflated;
    std::string_view container;
    StateDict dict;
    std::unordered_map<std::string_view, std::size_t> index;  // of dict.tensors, by name
    std::vector<std::string> globals;
};

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

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& path) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file.ok()) return file.status();
    Result<Checkpoint> checkpoint = from_bytes(file->bytes(), path.string());
    if (checkpoint.ok()) checkpoint->contents_->file = std::move(file).value();
    return checkpoint;
}

Result<Checkpoint> Checkpoint::from_bytes(std::span<const std::byte> bytes, std::string_view name) {
    Result<TorchFile> file = read_container(bytes);
    if (!file.ok()) return in_file(name, file.status());
    Result<StateDict> dict = read_state_dict(file.value());
    if (!dict.ok()) return in_file(name, dict.status());

    auto contents = std::make_unique<Contents>();
    contents->file_name = name;
    contents->bytes = bytes;
    contents->inflated = std::move(file->inflated);
    contents->container = file->container;
    contents->dict = std::move(dict).value();
    contents->globals.assign(file->pickle.globals().begin(), file->pickle.globals().end());
    for (std::size_t i = 0; i < contents->dict.tensors.size(); ++i) {
        contents->index.emplace(contents->dict.tensors[i].name, i);
    }
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
std::string_view Checkpoint::state_dict_path() const {
    return contents_->dict.path;
}
bool Checkpoint::had_module_prefix() const {
    return contents_->dict.had_module_prefix;
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
