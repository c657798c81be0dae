#include "loaders/packed/packed_file.hpp"

#include <algorithm>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/packed/checksum.hpp"
#include "loaders/packed/packed_layout.hpp"

namespace featherface::loaders {
namespace {

using namespace packed_layout;
using PackedBytes = std::span<const std::byte>;

constexpr std::string_view kCopyAgain =
    "the file is damaged or cut short: copy it again, or pack the checkpoint anew";

Status damaged(std::string_view what, std::uint64_t offset, std::string expected, std::string found) {
    return malformed("packed model: " + std::string(what), {.offset = offset,
                                                            .expected = std::move(expected),
                                                            .found = std::move(found),
                                                            .hint = std::string(kCopyAgain)});
}

// Of header and table, as if the field that keeps it were 0.
std::uint64_t table_checksum(PackedBytes table) {
    std::vector<std::byte> copy(table.begin(), table.end());
    std::fill_n(copy.begin() + kChecksumAt, sizeof(std::uint64_t), std::byte{0});
    return checksum64(copy);
}

std::string hex_text(PackedBytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
        text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

std::string_view name_in(PackedBytes entry) {
    const std::string_view field = as_text(entry.first(kOffsetAt));
    return field.substr(0, field.find('\0'));
}

bool is_name(PackedBytes entry) {
    const std::string_view name = name_in(entry);
    const PackedBytes rest = entry.first(kOffsetAt).subspan(name.size());
    return !name.empty() && !rest.empty() &&
           std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; }) &&
           std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

bool PackedFile::is_packed(PackedBytes bytes) {
    return as_text(bytes).starts_with(kMagic);
}

Result<PackedFile> PackedFile::read(PackedBytes bytes) {
    if (!is_packed(bytes)) {
        return damaged(
            "the first bytes are wrong", 0, hex_bytes(std::as_bytes(std::span(kMagic))),
            bytes.empty() ? "nothing" : hex_bytes(bytes.first(std::min(bytes.size(), kMagic.size()))));
    }
    if (bytes.size() < kHeaderSize) {
        return damaged("it ends within its header", bytes.size(), count_of(kHeaderSize, "byte"),
                       std::to_string(bytes.size()));
    }
    // Another version may have another header: it comes before all else.
    if (const auto version = load_le<std::uint32_t>(bytes, kVersionAt); version != kPackedVersion) {
        return error(StatusCode::unsupported, "packed model: of another version of the format",
                     {.offset = kVersionAt,
                      .expected = std::to_string(kPackedVersion),
                      .found = std::to_string(version),
                      .hint = "pack the checkpoint with this program, or use the one that packed it"});
    }
    const std::size_t count = load_le<std::uint32_t>(bytes, kSectionCountAt);
    if (count > kMostSections) {
        return damaged("too many sections", kSectionCountAt, "at most " + std::to_string(kMostSections),
                       std::to_string(count));
    }
    const std::size_t table_end = kHeaderSize + count * kEntrySize;
    if (const auto size = load_le<std::uint64_t>(bytes, kFileSizeAt); size != bytes.size()) {
        return damaged("it is not as long as its header says", kFileSizeAt, count_of(size, "byte"),
                       std::to_string(bytes.size()));
    }
    if (table_end > bytes.size()) {
        return damaged("it ends within its table of sections", kSectionCountAt, count_of(table_end, "byte"),
                       std::to_string(bytes.size()));
    }
    if (table_checksum(bytes.first(table_end)) != load_le<std::uint64_t>(bytes, kChecksumAt)) {
        return damaged("its header is not as it was written", kChecksumAt, "the checksum of header and table",
                       "another");
    }

    PackedFile file;
    file.bytes_ = bytes;
    file.source_sha256_ = hex_text(bytes.subspan(kSourceAt, sizeof(Sha256)));
    std::size_t end = table_end;  // of what has an owner
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = kHeaderSize + i * kEntrySize;
        const PackedBytes entry = bytes.subspan(at, kEntrySize);
        const auto offset = load_le<std::uint64_t>(entry, kOffsetAt);
        const auto size = load_le<std::uint64_t>(entry, kSizeAt);
        if (!is_name(entry)) return damaged("a section without a name", at, "printable ASCII", "none");
        const std::string what = "section " + quoted(name_in(entry));
        if (file.find(name_in(entry))) return damaged(what + " is there twice", at, "once", "twice");
        if (offset != end) {
            return damaged(what + " is not where the one before it ends", at + kOffsetAt, std::to_string(end),
                           std::to_string(offset));
        }
        if (size > bytes.size() - end || rounded_up(size) > bytes.size() - end) {
            return damaged(what + " reaches past the end", at + kSizeAt,
                           "at most " + count_of(bytes.size() - end, "byte"), std::to_string(size));
        }
        file.sections_.push_back({.name = name_in(entry),
                                  .bytes = bytes.subspan(end, size),
                                  .layout = load_le<std::uint64_t>(entry, kLayoutAt),
                                  .checksum = load_le<std::uint64_t>(entry, kSectionChecksumAt)});
        end += rounded_up(size);
    }
    if (end != bytes.size()) {
        return damaged("something follows its last section", end, "the end",
                       count_of(bytes.size() - end, "byte"));
    }
    return file;
}

const PackedFile::Section* PackedFile::find(std::string_view name) const {
    const auto found = std::ranges::find(sections_, name, &Section::name);
    return found == sections_.end() ? nullptr : &*found;
}

Status PackedFile::check(const Section& section) const {
    const auto offset = static_cast<std::size_t>(section.bytes.data() - bytes_.data());
    if (checksum64(bytes_.subspan(offset, rounded_up(section.bytes.size()))) == section.checksum) return {};
    return damaged("section " + quoted(section.name) + " is not as it was written", offset, "its checksum",
                   "another");
}

Result<std::string_view> PackedFile::text(std::string_view name) const {
    const Section* section = find(name);
    if (!section) return std::string_view();
    if (Status status = check(*section); !status.ok()) return status;
    return as_text(section->bytes);
}

}  // namespace featherface::loaders
