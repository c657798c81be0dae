#include "loaders/archive/zip.hpp"

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <string>

#include "loaders/archive/zip_records.hpp"
#include "loaders/crc32.hpp"

namespace featherface::loaders {
namespace {

using namespace zip;

constexpr std::uint16_t kEncrypted = 1 << 0, kHasDescriptor = 1 << 3, kPatch = 1 << 5,
                        kStrongEncryption = 1 << 6, kMaskedHeaders = 1 << 13;
constexpr std::uint64_t kMostDeflatedTo = 1032;  // times; deflate cannot do better

std::string entry_name(std::string_view name) {
    return "entry " + quoted(name);
}

// The fields that local and central headers share.
struct Header {
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0, local_offset = 0;
    std::string_view name;
    Bytes extra;
};

// Walks the extra fields and replaces what is saturated by the values of the zip64 one, in its fixed order.
Status read_extra(Header& header, std::uint64_t offset, std::initializer_list<std::uint64_t*> saturable) {
    Bytes rest = header.extra, zip64;
    while (!rest.empty()) {
        const std::size_t at = header.extra.size() - rest.size();
        const std::size_t size = rest.size() < 4 ? 0 : load_le<std::uint16_t>(rest, 2);
        if (rest.size() < 4 || size > rest.size() - 4) {
            return bad_zip(entry_name(header.name) + " has an extra field longer than its header",
                           offset + at, "at most " + count_of(rest.size() < 4 ? 0 : rest.size() - 4, "byte"),
                           std::to_string(size));
        }
        if (load_le<std::uint16_t>(rest) == kZip64Extra) {
            if (!zip64.empty())
                return bad_zip(entry_name(header.name) + " has two zip64 fields", offset + at);
            zip64 = rest.subspan(4, size);
        }
        rest = rest.subspan(4 + size);
    }
    for (std::uint64_t* value : saturable) {
        if (*value != kIn64) continue;
        if (zip64.size() < 8) {
            return bad_zip(entry_name(header.name) + " lacks the zip64 field its header promises", offset);
        }
        *value = load_le<std::uint64_t>(zip64);
        zip64 = zip64.subspan(8);
    }
    return {};
}

Result<Header> read_central(Bytes bytes, const LoadBytes& load, std::uint64_t& at, std::uint64_t end) {
    if (Status status = need(load, at, kCentralSize); !status.ok()) return status;
    if (!fits(at, kCentralSize, end) || !has_signature(bytes, at, kCentralSignature)) {
        return bad_zip("no central directory header", at, "50 4b 01 02",
                       hex_bytes(bytes.subspan(at, std::min<std::uint64_t>(4, end - at))));
    }
    const std::uint64_t name_size = load_le<std::uint16_t>(bytes, at + 28),
                        extra_size = load_le<std::uint16_t>(bytes, at + 30),
                        comment_size = load_le<std::uint16_t>(bytes, at + 32);
    if (!fits(at + kCentralSize, name_size + extra_size + comment_size, end)) {
        return bad_zip("a central directory header reaches past the directory's end", at,
                       "at most " + count_of(end - at - kCentralSize, "byte"),
                       std::to_string(name_size + extra_size + comment_size));
    }
    if (Status status = need(load, at + kCentralSize, name_size + extra_size); !status.ok()) return status;
    Header header{.flags = load_le<std::uint16_t>(bytes, at + 8),
                  .method = load_le<std::uint16_t>(bytes, at + 10),
                  .crc = load_le<std::uint32_t>(bytes, at + 16),
                  .packed = load_le<std::uint32_t>(bytes, at + 20),
                  .size = load_le<std::uint32_t>(bytes, at + 24),
                  .local_offset = load_le<std::uint32_t>(bytes, at + 42),
                  .name = as_text(bytes.subspan(at + kCentralSize, name_size)),
                  .extra = bytes.subspan(at + kCentralSize + name_size, extra_size)};
    if (const char* fault = fault_of_name(header.name); fault != nullptr) {
        return bad_zip(entry_name(header.name) + " has a name " + fault, at + kCentralSize, {}, {},
                       "save the archive again");
    }
    const Status extra = read_extra(header, at + kCentralSize + name_size,
                                    {&header.size, &header.packed, &header.local_offset});
    if (!extra.ok()) return extra;
    const auto unsupported = [&](const std::string& what, std::uint64_t offset) {
        return error(StatusCode::unsupported, "zip: " + entry_name(header.name) + " is " + what,
                     {.offset = offset});
    };
    if ((header.flags & (kEncrypted | kStrongEncryption | kMaskedHeaders)) != 0) {
        return unsupported("encrypted", at + 8);
    }
    if ((header.flags & kPatch) != 0) return unsupported("a patch of another file", at + 8);
    if (const auto disk = load_le<std::uint16_t>(bytes, at + 34); disk != 0 && disk != kIn64Short) {
        return unsupported("on another disk", at + 34);
    }
    if (header.method == static_cast<std::uint16_t>(ZipMethod::stored)) {
        if (header.packed != header.size) {
            return bad_zip(entry_name(header.name) + " is stored, yet has two sizes", at + 20,
                           std::to_string(header.size), std::to_string(header.packed));
        }
    } else if (header.method == static_cast<std::uint16_t>(ZipMethod::deflated)) {
        if (header.size / kMostDeflatedTo > header.packed) {
            return bad_zip(entry_name(header.name) + " claims a size that cannot be", at + 24,
                           "at most 1032 times " + count_of(header.packed, "byte"),
                           std::to_string(header.size));
        }
    } else {
        return unsupported(
            "compressed with method " + std::to_string(header.method) + ", not stored or deflated", at + 10);
    }
    at += kCentralSize + name_size + extra_size + comment_size;
    return header;
}

// The bytes of the data descriptor at `at` (with or without signature, 32- or 64-bit sizes), 0 if none
// agrees.
std::size_t descriptor_size(Bytes bytes, std::uint64_t at, const Header& central) {
    for (const std::size_t signature : {4, 0}) {
        if (signature != 0 && !has_signature(bytes, at, kDescriptorSignature)) continue;
        const std::uint64_t values = at + signature;
        if (!fits(values, 12, bytes.size()) || load_le<std::uint32_t>(bytes, values) != central.crc) continue;
        if (load_le<std::uint32_t>(bytes, values + 4) == central.packed &&
            load_le<std::uint32_t>(bytes, values + 8) == central.size) {
            return signature + 12;
        }
        if (fits(values, 20, bytes.size()) && load_le<std::uint64_t>(bytes, values + 4) == central.packed &&
            load_le<std::uint64_t>(bytes, values + 12) == central.size) {
            return signature + 20;
        }
    }
    return 0;
}

struct Placed {
    ZipEntry entry;
    std::uint64_t begin = 0, end = 0;  // of everything that belongs to the entry
};

// Finds the data behind the local header, which must say what the central one says. `limit`: where data must
// end.
Result<Placed> read_local(Bytes bytes, const LoadBytes& load, const Header& central, std::uint64_t limit) {
    const std::uint64_t at = central.local_offset;
    const std::string name = entry_name(central.name);
    if (Status status = need(load, at, kLocalSize); !status.ok()) return status;
    if (!fits(at, kLocalSize, limit) || !has_signature(bytes, at, kLocalSignature)) {
        return bad_zip(name + " has no local header", at, "50 4b 03 04",
                       at < limit ? hex_bytes(bytes.subspan(at, std::min<std::uint64_t>(4, limit - at)))
                                  : "an offset past the entries");
    }
    const std::uint64_t name_size = load_le<std::uint16_t>(bytes, at + 26),
                        extra_size = load_le<std::uint16_t>(bytes, at + 28);
    const std::uint64_t data = at + kLocalSize + name_size + extra_size;
    if (!fits(data, central.packed, limit)) {
        return bad_zip(name + " reaches past the entries", at,
                       "an end at " + std::to_string(limit) + " at most",
                       std::to_string(central.packed) + " bytes from " + std::to_string(data));
    }
    if (Status status = need(load, at + kLocalSize, name_size + extra_size); !status.ok()) return status;
    Header local{.flags = load_le<std::uint16_t>(bytes, at + 6),
                 .method = load_le<std::uint16_t>(bytes, at + 8),
                 .crc = load_le<std::uint32_t>(bytes, at + 14),
                 .packed = load_le<std::uint32_t>(bytes, at + 18),
                 .size = load_le<std::uint32_t>(bytes, at + 22),
                 .name = as_text(bytes.subspan(at + kLocalSize, name_size)),
                 .extra = bytes.subspan(at + kLocalSize + name_size, extra_size)};
    if (local.name != central.name) {
        return bad_zip(name + " has another name in its local header", at + kLocalSize, quoted(central.name),
                       quoted(local.name));
    }
    const Status extra = read_extra(local, at + kLocalSize + name_size, {&local.size, &local.packed});
    if (!extra.ok()) return extra;
    const auto differs = [&](const char* what, std::uint64_t in_central, std::uint64_t in_local) {
        return bad_zip(name + " has another " + what + " in its local header", at, std::to_string(in_central),
                       std::to_string(in_local));
    };
    if (local.flags != central.flags) return differs("set of flags", central.flags, local.flags);
    if (local.method != central.method) return differs("method", central.method, local.method);
    // With a data descriptor the writer did not know these yet, and may have left them 0.
    const bool described = (central.flags & kHasDescriptor) != 0;
    const auto agrees = [&](std::uint64_t in_central, std::uint64_t in_local) {
        return in_local == in_central || (described && in_local == 0);
    };
    if (!agrees(central.crc, local.crc)) return differs("CRC-32", central.crc, local.crc);
    if (!agrees(central.packed, local.packed)) return differs("packed size", central.packed, local.packed);
    if (!agrees(central.size, local.size)) return differs("size", central.size, local.size);
    std::uint64_t end = data + central.packed;
    if (described) {
        constexpr std::uint64_t kLongestDescriptor = 24;
        if (Status status = need(load, end, kLongestDescriptor); !status.ok()) return status;
        const std::size_t size = descriptor_size(bytes.first(limit), end, central);
        if (size == 0) {
            return bad_zip(name + " has a data descriptor that contradicts the central directory", end,
                           hex(central.crc) + " and " + count_of(central.size, "byte"));
        }
        end += size;
    }
    return Placed{.entry = {.name = central.name,
                            .method = static_cast<ZipMethod>(central.method),
                            .crc = central.crc,
                            .size = central.size,
                            .data = bytes.subspan(data, central.packed),
                            .data_offset = data},
                  .begin = at,
                  .end = end};
}

// Entries must follow one another from byte 0 on; gaps are allowed, overlaps are not.
Status check_order(std::span<const Placed> placed) {
    std::vector<std::size_t> order(placed.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return placed[i].begin; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Placed& here = placed[order[i]];
        if (i == 0 && here.begin != 0) {
            return bad_zip("bytes before the archive", 0, "the first entry at 0", std::to_string(here.begin),
                           "cut them off, or download or copy the file again");
        }
        if (i > 0 && here.begin < placed[order[i - 1]].end) {
            return bad_zip(
                entry_name(here.entry.name) + " overlaps " + entry_name(placed[order[i - 1]].entry.name),
                here.begin, "an offset of at least " + std::to_string(placed[order[i - 1]].end),
                std::to_string(here.begin));
        }
    }
    return {};
}

}  // namespace

const char* fault_of_name(std::string_view name) {
    if (name.empty()) return "of no bytes";
    if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
        return "with a control byte in it";
    }
    if (name.find('\\') != name.npos) return "with a backslash in it";
    if (name.front() == '/' || (name.size() > 1 && name[1] == ':')) return "that is an absolute path";
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t slash = std::min(name.find('/', at), name.size());
        if (name.substr(at, slash - at) == "..") return "that leads out of its folder";
        at = slash + 1;
    }
    return nullptr;
}

Result<ZipArchive> ZipArchive::open(Bytes bytes, const LoadBytes& load) {
    const Result<Directory> directory = read_end(bytes, load);
    if (!directory.ok()) return directory.status();
    const std::uint64_t begin = directory.value().offset, end = begin + directory.value().size;
    std::vector<Placed> placed;
    ZipArchive archive;
    std::uint64_t at = begin;
    while (at < end && placed.size() < directory.value().entries) {
        const Result<Header> header = read_central(bytes, load, at, end);
        if (!header.ok()) return header.status();
        Result<Placed> entry = read_local(bytes, load, header.value(), begin);
        if (!entry.ok()) return entry.status();
        if (!archive.index_.emplace(header.value().name, placed.size()).second) {
            return bad_zip("two entries are named " + quoted(header.value().name),
                           header.value().local_offset, {}, {},
                           "the archive can be read in two ways: save it again");
        }
        placed.push_back(std::move(entry).value());
    }
    if (at != end || placed.size() != directory.value().entries) {
        return bad_zip("the central directory holds another number of entries than the end record says",
                       begin, std::to_string(directory.value().entries),
                       at < end ? "more" : std::to_string(placed.size()));
    }
    if (const Status status = check_order(placed); !status.ok()) return status;
    archive.entries_.reserve(placed.size());
    for (const Placed& one : placed) archive.entries_.push_back(one.entry);
    return archive;
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &entries_[found->second];
}

Status verify_crc(const ZipEntry& entry, Bytes content) {
    const std::uint32_t found = crc32(content);
    if (found == entry.crc) return {};
    return bad_zip(entry_name(entry.name) + " has a wrong CRC-32", entry.data_offset, hex(entry.crc),
                   hex(found));
}

}  // namespace featherface::loaders
