// Which container a file is, told from its first bytes and never from its name.
#include "loaders/torch/torch_file.hpp"

#include <algorithm>

#include "loaders/archive/tar.hpp"
#include "loaders/archive/zip.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/packed/packed_file.hpp"
#include "loaders/torch/file_kind.hpp"
#include "loaders/torch/safetensors.hpp"

namespace featherface::loaders {
namespace {

using Bytes = std::span<const std::byte>;

Status unknown_format(Bytes bytes) {
    const FileKind kind = recognise(bytes);
    if (!kind.name.empty()) {
        return malformed("not a PyTorch checkpoint",
                         {.found = std::string(kind.name), .hint = std::string(kind.hint)});
    }
    return malformed(
        "not a PyTorch checkpoint",
        {.offset = 0,
         .expected = "50 4b 03 04 (zip) or 80 02 8a 0a (legacy)",
         .found = bytes.empty() ? "nothing" : hex_bytes(bytes.first(std::min<std::size_t>(bytes.size(), 8))),
         .hint = "download or copy the file again"});
}

// A file is read by whoever opens it first: what is two things at once has been made so.
Status two_at_once(std::string_view one, std::string_view other) {
    return malformed("the file is " + std::string(one) + " and " + std::string(other) + " at once",
                     {.hint = "programs read it in two ways: do not load it with PyTorch"});
}

// torch.load's first container: a tar of these.
bool is_torch_tar(Bytes bytes) {
    constexpr std::size_t kMostMembers = 64;
    bool has[3] = {};
    for (std::string_view name : tar_members(bytes, kMostMembers)) {
        if (name.starts_with("./")) name.remove_prefix(2);
        has[0] |= name == "pickle";
        has[1] |= name == "storages";
        has[2] |= name == "tensors";
    }
    return has[0] && has[1] && has[2];
}

// As torch.load tells a zip archive.
bool begins_as_zip(Bytes bytes) {
    return as_text(bytes).starts_with("PK\3\4") || as_text(bytes).starts_with("PK\5\6");
}

// A pickle of protocol 2 and above, or the beginning of the magic number in an older one.
bool begins_as_legacy(Bytes bytes) {
    return as_text(bytes).starts_with("\x80") || as_text(bytes).starts_with("L1195470");
}

}  // namespace

Result<std::uint64_t> allowed_checkpoint(const FileEnds& ends) {
    // What is no checkpoint is looked at as a whole, too, for whatever it asks PyTorch for, up to this.
    constexpr std::uint64_t kLargestOther = std::uint64_t{64} << 20;
    const bool is_checkpoint =
        begins_as_zip(ends.beginning) ? has_zip_end_record(ends.end) : begins_as_legacy(ends.beginning);
    if (is_checkpoint || is_safetensors(ends.beginning) || PackedFile::is_packed(ends.beginning))
        return kLargestFileBytes;
    if (ends.size <= kLargestOther) return kLargestOther;
    return begins_as_zip(ends.beginning) ? no_zip_end_record(ends.size) : unknown_format(ends.beginning);
}

Result<TorchFile> read_torch_file(Bytes bytes, PickleUses& uses) {
    if (begins_as_zip(bytes)) {
        if (is_tar(bytes)) return two_at_once("a zip archive", "a tar archive");
        return read_torch_zip(bytes, uses);
    }
    if (begins_as_legacy(bytes)) {
        // torch.load tries tar before it unpickles, and others look for a zip archive's end.
        Result<TorchFile> file = read_torch_legacy(bytes, uses);
        if (is_tar(bytes)) return two_at_once("a legacy checkpoint", "a tar archive");
        if (has_zip_end_record(bytes)) return two_at_once("a legacy checkpoint", "a zip archive");
        return file;
    }
    if (is_torch_tar(bytes)) {
        return error(StatusCode::unsupported, "PyTorch's oldest container, a tar of pickles",
                     {.expected = "a file of PyTorch 0.2 or newer",
                      .found = "'pickle', 'storages' and 'tensors' in a tar archive",
                      .hint = "load it with PyTorch and torch.save the model's state_dict() again"});
    }
    // torch.load unpickles whatever else there is.
    Pickle pickle;
    const Status status = pickle.read(bytes);
    if (status.ok() || !pickle.globals().empty()) uses.add(pickle);
    if (status.ok()) {
        return malformed("not a PyTorch checkpoint",
                         {.found = "a plain pickle, of " + std::string(describe(pickle.root().kind())),
                          .hint = "load it where it was made and torch.save the model's state_dict()"});
    }
    // Something stands before the archive, which the zip reader puts into words.
    if (recognise(bytes).name.empty() && has_zip_end_record(bytes)) return read_torch_zip(bytes, uses);
    return unknown_format(bytes);
}

}  // namespace featherface::loaders
