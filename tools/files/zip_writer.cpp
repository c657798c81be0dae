// Every size and CRC is known before its entry is written, so the archive is written front to back, without
// data descriptors. An extra field pads each local header until the entry begins at a multiple of 64 bytes
// (the "FB" field torch uses for the same).
#include "tools/files/zip_writer.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "loaders/archive/zip.hpp"
#include "loaders/archive/zip_records.hpp"
#include "loaders/crc32.hpp"
#include "tools/files/output_file.hpp"

namespace featherface::tools {

using namespace loaders;

// An entry of the archive that is written. ZipWriter's state holds these, so the type is known beyond this
// file.
struct WrittenEntry {
    std::string name;
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;  // of the local header

    bool wide_size() const { return size >= zip::kIn64; }
    bool wide_offset() const { return offset >= zip::kIn64; }
};

namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint16_t kPlainVersion = 20;  // 2.0: what a program must know to unpack the entry
constexpr std::uint16_t kZip64Version = 45;
constexpr std::uint16_t kUtf8Names = 1 << 11;
constexpr std::uint16_t kFirstOf1980 = 1 << 5 | 1;  // a fixed date: the same entries make the same file

template <class T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

std::uint32_t saturated(std::uint64_t value) {
    return value < zip::kIn64 ? static_cast<std::uint32_t>(value) : zip::kIn64;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The zip64 extra field of these values; no bytes when there are none.
std::string zip64_extra(std::initializer_list<std::uint64_t> values) {
    std::string extra;
    if (values.size() == 0) return extra;
    append(extra, zip::kZip64Extra);
    append(extra, static_cast<std::uint16_t>(values.size() * sizeof(std::uint64_t)));
    for (const std::uint64_t value : values) append(extra, value);
    return extra;
}

// The fields from "version needed" to the length of the extra field, which local and central headers share.
void append_common(std::string& bytes, const WrittenEntry& entry, std::size_t extra_size) {
    append(bytes, entry.wide_size() || entry.wide_offset() ? kZip64Version : kPlainVersion);
    append(bytes, is_ascii(entry.name) ? std::uint16_t{0} : kUtf8Names);
    append(bytes, static_cast<std::uint16_t>(ZipMethod::stored));
    append(bytes, std::uint16_t{0});  // midnight
    append(bytes, kFirstOf1980);
    append(bytes, entry.crc);
    append(bytes, saturated(entry.size));  // packed
    append(bytes, saturated(entry.size));
    append(bytes, static_cast<std::uint16_t>(entry.name.size()));
    append(bytes, static_cast<std::uint16_t>(extra_size));
}

std::string local_header(const WrittenEntry& entry) {
    std::string extra = entry.wide_size() ? zip64_extra({entry.size, entry.size}) : std::string();
    const std::uint64_t data = entry.offset + zip::kLocalSize + entry.name.size() + extra.size() + 4;
    const std::uint64_t padding = (kAlignment - data % kAlignment) % kAlignment;
    extra += "FB";
    append(extra, static_cast<std::uint16_t>(padding));
    extra.append(padding, '\0');
    std::string header;
    append(header, zip::kLocalSignature);
    append_common(header, entry, extra.size());
    return header + entry.name + extra;
}

std::string central_header(const WrittenEntry& entry) {
    std::string extra;
    if (entry.wide_size() && entry.wide_offset()) extra = zip64_extra({entry.size, entry.size, entry.offset});
    if (entry.wide_size() && !entry.wide_offset()) extra = zip64_extra({entry.size, entry.size});
    if (!entry.wide_size() && entry.wide_offset()) extra = zip64_extra({entry.offset});
    std::string header;
    append(header, zip::kCentralSignature);
    append(header, kZip64Version);  // made by
    append_common(header, entry, extra.size());
    append(header, std::uint16_t{0});  // comment
    append(header, std::uint16_t{0});  // disk
    append(header, std::uint16_t{0});  // attributes
    append(header, std::uint32_t{0});
    append(header, saturated(entry.offset));
    return header + entry.name + extra;
}

// The records that close an archive whose central directory lies at `offset`.
std::string end_records(std::uint64_t offset, std::uint64_t size, std::uint64_t entries) {
    std::string records;
    if (offset >= zip::kIn64 || size >= zip::kIn64 || entries >= zip::kIn64Short) {
        append(records, zip::kEnd64Signature);
        append(records, std::uint64_t{zip::kEnd64Size - 12});
        append(records, kZip64Version);
        append(records, kZip64Version);
        append(records, std::uint32_t{0});  // disks
        append(records, std::uint32_t{0});
        append(records, entries);
        append(records, entries);
        append(records, size);
        append(records, offset);
        append(records, zip::kLocator64Signature);
        append(records, std::uint32_t{0});
        append(records, offset + size);
        append(records, std::uint32_t{1});
    }
    const auto count = static_cast<std::uint16_t>(std::min<std::uint64_t>(entries, zip::kIn64Short));
    append(records, zip::kEndSignature);
    append(records, std::uint32_t{0});  // disks
    append(records, count);
    append(records, count);
    append(records, saturated(size));
    append(records, saturated(offset));
    append(records, std::uint16_t{0});  // comment
    return records;
}

}  // namespace

struct ZipWriter::State {
    OutputFile file;
    std::uint64_t written = 0;
    std::vector<WrittenEntry> entries;

    Status write(std::span<const std::byte> bytes) {
        written += bytes.size();
        return file.write(bytes);
    }
    Status write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
};

Result<ZipWriter> ZipWriter::create(const std::filesystem::path& path) {
    auto file = OutputFile::create(path);
    if (!file.ok()) return file.status();
    return ZipWriter(std::make_unique<State>(State{std::move(file).value(), 0, {}}));
}

Status ZipWriter::add(std::string_view name, std::span<const std::span<const std::byte>> pieces) {
    WrittenEntry entry{.name = std::string(name), .offset = state_->written};
    for (const std::span<const std::byte> piece : pieces) {
        entry.crc = crc32(piece, entry.crc);
        entry.size += piece.size();
    }
    if (auto status = state_->write(local_header(entry)); !status.ok()) return status;
    for (const std::span<const std::byte> piece : pieces) {
        if (auto status = state_->write(piece); !status.ok()) return status;
    }
    state_->entries.push_back(std::move(entry));
    return {};
}

Status ZipWriter::finish() {
    const std::uint64_t offset = state_->written;
    for (const WrittenEntry& entry : state_->entries) {
        if (auto status = state_->write(central_header(entry)); !status.ok()) return status;
    }
    const std::string records = end_records(offset, state_->written - offset, state_->entries.size());
    if (auto status = state_->write(records); !status.ok()) return status;
    return state_->file.commit();
}

ZipWriter::ZipWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter& ZipWriter::operator=(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

}  // namespace featherface::tools
