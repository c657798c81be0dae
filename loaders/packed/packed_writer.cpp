// Writes what packed_file.cpp reads.
#include <algorithm>
#include <cstring>

#include "loaders/packed/checksum.hpp"
#include "loaders/packed/packed_file.hpp"
#include "loaders/packed/packed_layout.hpp"

namespace featherface::loaders {
namespace {

using namespace packed_layout;

template <class Number>
void put(std::vector<std::byte>& file, std::size_t at, Number number) {
    std::memcpy(file.data() + at, &number, sizeof(number));
}

// From lower-case hexadecimal.
Sha256 digest_of(std::string_view text) {
    Sha256 digest{};
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < text.size(); ++i) {
        digest[i] = static_cast<std::byte>(16 * digit(text[2 * i]) + digit(text[2 * i + 1]));
    }
    return digest;
}

}  // namespace

std::vector<std::byte> make_packed_file(std::span<const PackedSection> sections,
                                        std::string_view source_sha256) {
    const std::size_t table_end = kHeaderSize + sections.size() * kEntrySize;
    std::vector<std::byte> file(table_end);
    std::memcpy(file.data(), kMagic.data(), kMagic.size());
    put(file, kVersionAt, kPackedVersion);
    put(file, kSectionCountAt, static_cast<std::uint32_t>(sections.size()));
    const Sha256 source = digest_of(source_sha256);
    std::ranges::copy(source, file.begin() + kSourceAt);
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const PackedSection& section = sections[i];
        const std::size_t at = kHeaderSize + i * kEntrySize, begin = file.size();
        for (const auto piece : section.pieces) {
            file.insert(file.end(), piece.begin(), piece.end());
            if (section.pieces_aligned) file.resize(rounded_up(file.size()));
        }
        const std::size_t size = file.size() - begin;
        file.resize(rounded_up(file.size()));
        std::memcpy(file.data() + at, section.name.data(), section.name.size());
        put(file, at + kOffsetAt, std::uint64_t{begin});
        put(file, at + kSizeAt, std::uint64_t{size});
        put(file, at + kSectionChecksumAt, checksum64(std::span(file).subspan(begin)));
        put(file, at + kLayoutAt, section.layout);
    }
    put(file, kFileSizeAt, std::uint64_t{file.size()});
    put(file, kChecksumAt, checksum64(std::span(file).first(table_end)));
    return file;
}

}  // namespace featherface::loaders
