// The end of a zip archive: the end record, its zip64 form, and where they say the central directory lies.
#include <algorithm>
#include <optional>

#include "loaders/archive/zip.hpp"
#include "loaders/archive/zip_records.hpp"

namespace featherface::loaders {
namespace zip {
namespace {

constexpr std::uint64_t kMostEntries = 65535;

// The end record whose comment reaches exactly to the end of the file; the earliest one, if several do.
std::optional<std::size_t> find_end_record(Bytes bytes) {
    if (bytes.size() < kEndSize) return std::nullopt;
    const std::size_t last = bytes.size() - kEndSize;
    for (std::size_t at = last - std::min<std::size_t>(last, 0xffff); at <= last; ++at) {
        if (has_signature(bytes, at, kEndSignature) &&
            load_le<std::uint16_t>(bytes, at + 20) == bytes.size() - at - kEndSize) {
            return at;
        }
    }
    return std::nullopt;
}

bool begins_with_entry(Bytes bytes) {
    return has_signature(bytes, 0, kLocalSignature);
}

Status bytes_before(std::uint64_t count) {
    return bad_zip("bytes before the archive", 0, "the first entry at 0",
                   count_of(count, "byte") + " of something else",
                   "cut them off, or download or copy the file again");
}

// Replaces `directory` by what the zip64 end record at `at` says. Where a field of the plain record is not
// saturated both must agree.
Status read_end64(Bytes bytes, const LoadBytes& load, std::uint64_t at, std::uint64_t locator,
                  Directory& directory) {
    if (Status status = need(load, at, kEnd64Size); !status.ok()) return status;
    if (!fits(at, kEnd64Size, locator) || !has_signature(bytes, at, kEnd64Signature)) {
        const std::uint64_t usual = locator - std::min<std::uint64_t>(locator, kEnd64Size);
        if (at < usual && has_signature(bytes, usual, kEnd64Signature) && !begins_with_entry(bytes)) {
            return bytes_before(usual - at);
        }
        return bad_zip("no zip64 end record where its locator points", locator + 8, {}, std::to_string(at));
    }
    const auto record_size = load_le<std::uint64_t>(bytes, at + 4);
    if (record_size != locator - at - 12) {
        return bad_zip("the zip64 end record has a wrong length", at + 4, std::to_string(locator - at - 12),
                       std::to_string(record_size));
    }
    const Directory wide{.offset = load_le<std::uint64_t>(bytes, at + 48),
                         .size = load_le<std::uint64_t>(bytes, at + 40),
                         .entries = load_le<std::uint64_t>(bytes, at + 32)};
    if (load_le<std::uint32_t>(bytes, at + 16) != 0 || load_le<std::uint32_t>(bytes, at + 20) != 0 ||
        load_le<std::uint64_t>(bytes, at + 24) != wide.entries) {
        return error(StatusCode::unsupported, "zip: an archive over several disks", {.offset = at + 16});
    }
    const auto differs = [](std::uint64_t plain, std::uint64_t saturated, std::uint64_t zip64) {
        return plain != saturated && plain != zip64;
    };
    if (differs(directory.offset, kIn64, wide.offset) || differs(directory.size, kIn64, wide.size) ||
        differs(directory.entries, kIn64Short, wide.entries)) {
        return bad_zip("the zip64 end record contradicts the plain one", at + 24,
                       std::to_string(directory.entries) + " entries, directory of " +
                           std::to_string(directory.size) + " bytes at " + std::to_string(directory.offset),
                       std::to_string(wide.entries) + ", " + std::to_string(wide.size) + " at " +
                           std::to_string(wide.offset));
    }
    directory = wide;
    return {};
}

}  // namespace

Result<Directory> read_end(Bytes bytes, const LoadBytes& load) {
    constexpr std::uint64_t kLongestEnd = kEnd64Size + kLocator64Size + kEndSize + 0xffff;
    const std::uint64_t tail = std::min<std::uint64_t>(bytes.size(), kLongestEnd);
    if (Status status = need(load, bytes.size() - tail, tail); !status.ok()) return status;
    if (Status status = need(load, 0, kLocalSize); !status.ok()) return status;
    const std::optional<std::size_t> found = find_end_record(bytes);
    if (!found) return no_zip_end_record(bytes.size());
    const std::size_t end = *found;
    for (std::size_t at = end + 4; at + 4 <= bytes.size(); ++at) {
        if (has_signature(bytes, at, kEndSignature)) {
            return bad_zip("another end record inside the archive's comment", at, {}, {},
                           "the archive can be read in two ways: save it again");
        }
    }
    const auto disk = load_le<std::uint16_t>(bytes, end + 4),
               directory_disk = load_le<std::uint16_t>(bytes, end + 6),
               here = load_le<std::uint16_t>(bytes, end + 8);
    Directory directory{.offset = load_le<std::uint32_t>(bytes, end + 16),
                        .size = load_le<std::uint32_t>(bytes, end + 12),
                        .entries = load_le<std::uint16_t>(bytes, end + 10)};
    std::uint64_t directory_end = end;
    const bool has_locator =
        end >= kLocator64Size && has_signature(bytes, end - kLocator64Size, kLocator64Signature);
    if (has_locator) {
        const std::size_t locator = end - kLocator64Size;
        directory_end = load_le<std::uint64_t>(bytes, locator + 8);
        if (const Status status = read_end64(bytes, load, directory_end, locator, directory); !status.ok())
            return status;
    } else if (disk != 0 || directory_disk != 0 || here != directory.entries) {
        return error(StatusCode::unsupported, "zip: an archive over several disks", {.offset = end + 4});
    }
    if (directory.entries > kMostEntries) {
        return error(StatusCode::limit_exceeded, "zip: too many entries",
                     {.offset = end,
                      .expected = "at most " + std::to_string(kMostEntries),
                      .found = std::to_string(directory.entries)});
    }
    if (!fits(directory.offset, directory.size, directory_end)) {
        return bad_zip("the central directory does not fit before the end record", end,
                       "at most " + count_of(directory_end, "byte"),
                       std::to_string(directory.size) + " at " + std::to_string(directory.offset));
    }
    const std::uint64_t gap = directory_end - directory.offset - directory.size;
    if (gap == 0) return directory;
    for (const std::uint64_t looked_at : {directory_end - gap, directory.offset + gap}) {
        if (Status status = need(load, looked_at, 4); !status.ok()) return status;
    }
    if (has_signature(bytes, directory_end - gap, kEndSignature)) {
        return bad_zip("two end records", directory_end - gap, {}, {},
                       "the archive can be read in two ways: save it again");
    }
    if (has_signature(bytes, directory.offset + gap, kCentralSignature) && !begins_with_entry(bytes)) {
        return bytes_before(gap);
    }
    return bad_zip("the central directory does not end where the end record begins", end,
                   std::to_string(directory_end), std::to_string(directory_end - gap));
}

}  // namespace zip

Status no_zip_end_record(std::uint64_t size) {
    return zip::bad_zip("no end record, which closes every archive", size, {}, {},
                        "the file is cut short, or something was added to it: download or copy it again");
}

bool has_zip_end_record(std::span<const std::byte> bytes) {
    return zip::find_end_record(bytes).has_value();
}

}  // namespace featherface::loaders
