// What zip.cpp and zip_end.cpp share: the fixed parts of a zip file's records, bounds and the wording of
// errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "loaders/archive/zip.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders::zip {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalSignature = 0x04034b50, kCentralSignature = 0x02014b50,
                        kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50,
                        kLocator64Signature = 0x07064b50, kDescriptorSignature = 0x08074b50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20;
constexpr std::uint32_t kIn64 = 0xffffffff;  // "see the zip64 field"
constexpr std::uint16_t kIn64Short = 0xffff;
constexpr std::uint16_t kZip64Extra = 0x0001;

// Where the central directory lies, as the end of the archive tells it.
struct Directory {
    std::uint64_t offset = 0, size = 0, entries = 0;
};

Result<Directory> read_end(Bytes bytes, const LoadBytes& load);

// The bytes may be looked at, or why they cannot be.
inline Status need(const LoadBytes& load, std::uint64_t offset, std::uint64_t size) {
    return load ? load(offset, size) : Status();
}

inline Status bad_zip(std::string_view what, std::uint64_t offset, std::string expected = {},
                      std::string found = {},
                      std::string hint = "the file is damaged: download or copy it again") {
    return malformed("zip: " + std::string(what), {.offset = offset,
                                                   .expected = std::move(expected),
                                                   .found = std::move(found),
                                                   .hint = std::move(hint)});
}

// Whether `size` bytes from `offset` lie within `whole`; neither may overflow.
inline bool fits(std::uint64_t offset, std::uint64_t size, std::uint64_t whole) {
    return offset <= whole && size <= whole - offset;
}

inline bool has_signature(Bytes bytes, std::uint64_t offset, std::uint32_t signature) {
    return fits(offset, 4, bytes.size()) && load_le<std::uint32_t>(bytes, offset) == signature;
}

}  // namespace featherface::loaders::zip
