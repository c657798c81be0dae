// The zip form: ROOT/data.pkl, ROOT/data/KEY for each storage, ROOT/version, and ROOT/byteorder since
// PyTorch 2.1. A TorchScript archive is one too, with constants.pkl and the code of its program, which is
// never looked at. Every entry's CRC-32 is checked. torch never deflates entries, but programs that repack
// archives do.
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>

#include "loaders/archive/inflate.hpp"
#include "loaders/archive/zip.hpp"
#include "loaders/ascii.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int kOldestVersion = 1, kNewestVersion = 10;
// What deflated entries may become, beside the size of the file itself.
constexpr std::uint64_t kInflatedBytes = std::uint64_t{16} << 20;

// "ROOT/", from the one entry ROOT/data.pkl there must be.
Result<std::string> find_root(const ZipArchive& archive) {
    std::optional<std::string> root;
    bool numpy = false;
    for (const ZipEntry& entry : archive.entries()) {
        const std::size_t slash = entry.name.find('/');
        numpy = numpy || entry.name.ends_with(".npy");
        if (slash == entry.name.npos || entry.name.substr(slash + 1) != "data.pkl") continue;
        if (root) {
            return malformed(
                "the archive holds two checkpoints",
                {.offset = entry.data_offset,
                 .expected = "one entry data.pkl",
                 .found = loaders::quoted(*root + "data.pkl") + " and " + loaders::quoted(entry.name)});
        }
        root = entry.name.substr(0, slash + 1);
    }
    if (!root) {
        const auto entries = archive.entries();
        return malformed(
            "a zip archive, but not a PyTorch checkpoint",
            {.expected = "an entry NAME/data.pkl",
             .found = numpy             ? "a NumPy .npz archive"
                      : entries.empty() ? "no entries"
                                        : "an archive that begins with " + loaders::quoted(entries[0].name)});
    }
    for (const ZipEntry& entry : archive.entries()) {
        if (entry.name.starts_with(*root)) continue;
        return malformed("the archive holds several folders",
                         {.offset = entry.data_offset,
                          .expected = "everything in " + loaders::quoted(*root),
                          .found = loaders::quoted(entry.name)});
    }
    return *root;
}

// PyTorch finds entries whatever their case, and the later of two versions: names that differ in no more can
// be read in two ways.
Status refuse_alike(const ZipArchive& archive) {
    std::unordered_map<std::string, std::string_view> seen;
    for (const ZipEntry& entry : archive.entries()) {
        const auto [known, is_new] = seen.emplace(lower_case(entry.name), entry.name);
        if (is_new) continue;
        return malformed("two entries differ in the case of their names only",
                         {.offset = entry.data_offset,
                          .found = quoted(known->second) + " and " + loaders::quoted(entry.name),
                          .hint = "the archive can be read in two ways: do not load it with PyTorch"});
    }
    return {};
}

// The contents of entries, inflated where need be, with their CRCs checked.
class Contents {
  public:
    Contents(std::uint64_t file_size, std::vector<std::vector<std::byte>>& inflated)
        : left_(file_size + kInflatedBytes), inflated_(inflated) {}

    Result<Bytes> read(const ZipEntry& entry) {
        Bytes content = entry.data;
        if (entry.method == ZipMethod::deflated) {
            if (entry.size > left_) {
                return error(StatusCode::limit_exceeded,
                             "zip: entry " + loaders::quoted(entry.name) + " inflates to too much",
                             {.offset = entry.data_offset,
                              .expected = "at most " + count_of(left_, "byte") + " left to it",
                              .found = std::to_string(entry.size)});
            }
            left_ -= entry.size;
            std::vector<std::byte>& buffer = inflated_.emplace_back(entry.size);
            if (const Status status = inflate(entry.data, buffer); !status.ok()) {
                return error(status.code(),
                             "zip: entry " + loaders::quoted(entry.name) + ": " + status.message(),
                             {.hint = "the file is damaged: download or copy it again"});
            }
            content = buffer;
        }
        if (const Status status = verify_crc(entry, content); !status.ok()) return status;
        return content;
    }

  private:
    std::uint64_t left_;
    std::vector<std::vector<std::byte>>& inflated_;
};

// PyTorch believes `newer` where it is there, others the plain one.
Status check_version(std::optional<Bytes> content, std::optional<Bytes> newer) {
    if (content && newer && as_text(*content) != as_text(*newer)) {
        return malformed("the archive has two versions",
                         {.expected = quoted(as_text(*content)),
                          .found = quoted(as_text(*newer)) + " in '.data/version'",
                          .hint = "the archive can be read in two ways: do not load it with PyTorch"});
    }
    if (!content) content = newer;
    if (!content) return malformed("the archive lacks its entry 'version'");
    const std::string_view text = as_text(*content);
    int version = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), version);
    const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    const bool is_number = code == std::errc() && rest.find_first_not_of("\r\n ") == rest.npos;
    if (is_number && version >= kOldestVersion && version <= kNewestVersion) return {};
    return error(StatusCode::unsupported, "an unknown version of the format",
                 {.expected = std::to_string(kOldestVersion) + " to " + std::to_string(kNewestVersion),
                  .found = quoted(text),
                  .hint = "save it again with a PyTorch of today"});
}

// With a format it knows, PyTorch may work out where storages lie instead of looking.
Status check_format(std::optional<Bytes> content) {
    if (!content || as_text(*content) == "1") return {};
    return error(StatusCode::unsupported, "an unknown .format_version",
                 {.expected = "'1'", .found = quoted(as_text(*content))});
}

Status check_byte_order(std::optional<Bytes> content) {
    if (!content || as_text(*content) == "little") return {};
    return error(StatusCode::unsupported, "the checkpoint is not in little-endian byte order",
                 {.expected = "'little'",
                  .found = quoted(as_text(*content)),
                  .hint = "save it again on a machine with an x86 or ARM processor"});
}

}  // namespace

Result<TorchFile> read_torch_zip(Bytes bytes, PickleUses& uses) {
    const Result<ZipArchive> archive = ZipArchive::open(bytes);
    if (!archive.ok()) return archive.status();
    if (const Status status = refuse_alike(archive.value()); !status.ok()) return status;
    const Result<std::string> root = find_root(archive.value());
    if (!root.ok()) return root.status();

    TorchFile file;
    file.container = "torch zip";
    Contents contents(bytes.size(), file.inflated);
    std::optional<Bytes> version, newer_version, format, byte_order;
    struct Found {
        std::string_view name;
        Bytes bytes;
        std::uint64_t offset;
    };
    std::vector<Found> pickles;
    for (const ZipEntry& entry : archive.value().entries()) {
        const Result<Bytes> content = contents.read(entry);
        if (!content.ok()) return content.status();
        const std::string_view name = entry.name.substr(root.value().size());
        if (name == "version") {
            version = content.value();
        } else if (name == ".data/version") {
            newer_version = content.value();
        } else if (name == ".format_version") {
            format = content.value();
        } else if (name == "byteorder") {
            byte_order = content.value();
        } else if (name.starts_with("data/")) {
            file.storages.emplace(name.substr(std::strlen("data/")), content.value());
        } else if (name.ends_with(".pkl") || name.ends_with(".pickle")) {
            pickles.push_back({name, content.value(), entry.data_offset});
        }
        if (name == "constants.pkl") file.container = "TorchScript zip";
    }
    Status first_fault;
    for (const Found& found : pickles) {
        Pickle pickle;
        Status status = pickle.read(found.bytes, found.offset);
        uses.add(pickle, file.is_script());
        if (const std::size_t end = pickle.size_in_bytes(); status.ok() && end != found.bytes.size()) {
            // What follows may be another pickle, for those who read on.
            Pickle next;
            (void)next.read(found.bytes.subspan(end), found.offset + end);
            uses.add(next, file.is_script());
            status =
                malformed("pickle: something follows its end", {.offset = found.offset + end,
                                                                .expected = count_of(end, "byte"),
                                                                .found = std::to_string(found.bytes.size())});
        }
        const bool is_object = found.name == "data.pkl";
        if (!status.ok()) {
            if (first_fault.ok())
                first_fault = is_object ? status : in_file("entry " + quoted(found.name), status);
        } else if (is_object) {
            file.pickle = std::move(pickle);
        } else {
            file.beside.emplace_back(found.name, std::move(pickle));
        }
    }
    if (!first_fault.ok()) return first_fault;
    if (const Status status = check_version(version, newer_version); !status.ok()) return status;
    if (const Status status = check_format(format); !status.ok()) return status;
    if (const Status status = check_byte_order(byte_order); !status.ok()) return status;
    return file;
}

}  // namespace featherface::loaders
