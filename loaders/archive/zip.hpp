// The zip container, read strictly from bytes in memory: every entry is found through the central directory,
// checked against its local header and data descriptor, and handed out as a span. Zip64 is read. Nothing is
// decompressed here. Refused: encryption, several disks, over 65,535 entries, anything before the first
// entry, names that are empty, absolute, repeated, or hold "..", "\" or control bytes, entries that overlap,
// and two end records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::loaders {

enum class ZipMethod : std::uint16_t { stored = 0, deflated = 8 };

struct ZipEntry {
    std::string_view name;
    ZipMethod method = ZipMethod::stored;
    std::uint32_t crc = 0;            // of the content
    std::uint64_t size = 0;           // of the content: data.size() when stored
    std::span<const std::byte> data;  // as it lies in the archive
    std::uint64_t data_offset = 0;    // of `data` in the archive
};

// Makes bytes of an archive that is not read as a whole present, so that they can be looked at.
using LoadBytes = std::function<Status(std::uint64_t offset, std::uint64_t size)>;

class ZipArchive {
  public:
    // `load` is called before anything is looked at; the data of entries is not. The bytes must outlive the
    // archive and its entries. Errors: malformed, unsupported, limit_exceeded, each with the offset and the
    // entry's name, without the file's. CRCs are not looked at: see verify_crc.
    static Result<ZipArchive> open(std::span<const std::byte> bytes, const LoadBytes& load = {});

    std::span<const ZipEntry> entries() const { return entries_; }  // in the central directory's order
    const ZipEntry* find(std::string_view name) const;              // nullptr when there is none

  private:
    std::vector<ZipEntry> entries_;
    std::unordered_map<std::string_view, std::size_t> index_;
};

// What makes a name unfit for an entry ("of no bytes", "that is an absolute path", ...), or nullptr.
const char* fault_of_name(std::string_view name);

// Whether the bytes end as a zip archive does, wherever it begins.
bool has_zip_end_record(std::span<const std::byte> bytes);

// What is said of `size` bytes that do not.
Status no_zip_end_record(std::uint64_t size);

// Compares the entry's CRC-32 with that of `content`: entry.data where it is stored, else what it inflated
// to.
Status verify_crc(const ZipEntry& entry, std::span<const std::byte> content);

}  // namespace featherface::loaders
