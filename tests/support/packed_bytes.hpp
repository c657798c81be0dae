// Packed models changed on purpose: damaged, or changed and given right checksums again, which no accident
// does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "loaders/packed/checksum.hpp"
#include "support/bytes.hpp"

namespace featherface::test {

// Where docs/packed-models.md has things; not taken from the code that reads them.
namespace ffm {
constexpr std::size_t kVersion = 8, kSections = 12, kFileSize = 16, kChecksum = 24, kHeader = 64, kEntry = 64;
constexpr std::size_t kOffset = 32, kSize = 40, kSectionChecksum = 48, kLayout = 56;
}  // namespace ffm

inline std::size_t section_count(const ByteString& file) {
    return peek<std::uint32_t>(file, ffm::kSections);
}

// Where the entry of the table lies that has this name.
inline std::size_t entry_of(const ByteString& file, std::string_view name) {
    for (std::size_t i = 0; i < section_count(file); ++i) {
        const std::size_t at = ffm::kHeader + i * ffm::kEntry;
        if (std::string_view(file.c_str() + at) == name) return at;
    }
    return ByteString::npos;
}

inline std::size_t section_offset(const ByteString& file, std::string_view name) {
    return static_cast<std::size_t>(peek<std::uint64_t>(file, entry_of(file, name) + ffm::kOffset));
}

// The checksum of header and table, made right.
inline void seal_table(ByteString& file) {
    patch(file, ffm::kChecksum, std::uint64_t{0});
    const std::size_t table = ffm::kHeader + section_count(file) * ffm::kEntry;
    patch(file, ffm::kChecksum, loaders::checksum64(span_of(std::string_view(file).substr(0, table))));
}

// The checksums of a section and of the table, made right.
inline void seal_section(ByteString& file, std::string_view name) {
    const std::size_t entry = entry_of(file, name), begin = section_offset(file, name);
    const auto size = static_cast<std::size_t>(peek<std::uint64_t>(file, entry + ffm::kSize));
    const std::string_view padded = std::string_view(file).substr(begin, (size + 63) / 64 * 64);
    patch(file, entry + ffm::kSectionChecksum, loaders::checksum64(span_of(padded)));
    seal_table(file);
}

}  // namespace featherface::test
