// Where things are in a packed model's header and section table: what reader and writer share.
#pragma once

#include <cstddef>
#include <string_view>

#include "loaders/packed/packed_file.hpp"

namespace featherface::loaders::packed_layout {

using namespace std::string_view_literals;

// As PNG's: it shows where a transfer changed line ends or took off the eighth bit.
constexpr std::string_view kMagic =
    "\x89"
    "FFM\r\n\x1a\n"sv;

// Offsets in the header.
constexpr std::size_t kVersionAt = 8;        // u32
constexpr std::size_t kSectionCountAt = 12;  // u32
constexpr std::size_t kFileSizeAt = 16;      // u64
constexpr std::size_t kChecksumAt = 24;      // u64, of header and table, itself taken for 0
constexpr std::size_t kSourceAt = 32;        // the checkpoint's SHA-256
constexpr std::size_t kHeaderSize = 64;

// Offsets in an entry of the table, which follows the header.
constexpr std::size_t kOffsetAt = 32;           // u64; before it the name, padded with zeros, the last byte 0
constexpr std::size_t kSizeAt = 40;             // u64, without the padding behind it
constexpr std::size_t kSectionChecksumAt = 48;  // u64, with the padding
constexpr std::size_t kLayoutAt = 56;           // u64
constexpr std::size_t kEntrySize = 64;

constexpr std::size_t kMostSections = 64;

constexpr std::size_t rounded_up(std::size_t size) {
    return (size + kPackedAlignment - 1) / kPackedAlignment * kPackedAlignment;
}

}  // namespace featherface::loaders::packed_layout
