#include "loaders/archive/tar.hpp"

#include <cstdint>
#include <optional>

#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kBlock = 512, kName = 100, kSize = 124, kSizeLength = 12, kSum = 148, kSumLength = 8;

// Octal digits, with spaces around, or big-endian bytes behind 0x80.
std::optional<std::uint64_t> number(Bytes field) {
    std::uint64_t value = 0;
    if (field[0] == std::byte{0x80}) {
        for (const std::byte b : field.subspan(1)) value = (value << 8) | std::to_integer<std::uint64_t>(b);
        return value;
    }
    std::string_view text = as_text(field);
    text = text.substr(0, text.find('\0'));
    const std::size_t first = text.find_first_not_of(" \t\n\r\v\f");
    if (first == text.npos) return 0;
    text = text.substr(first, text.find_last_not_of(" \t\n\r\v\f") + 1 - first);
    for (const char digit : text) {
        if (digit < '0' || digit > '7') return std::nullopt;
        value = (value << 3) | static_cast<std::uint64_t>(digit - '0');
    }
    return value;
}

bool is_header(Bytes block) {
    const std::optional<std::uint64_t> told = number(block.subspan(kSum, kSumLength));
    if (!told) return false;
    // The field itself counts as spaces. Some writers add the bytes as signed ones.
    std::int64_t unsigned_sum = 0, signed_sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool is_field = i >= kSum && i < kSum + kSumLength;
        const int byte = is_field ? ' ' : std::to_integer<int>(block[i]);
        unsigned_sum += byte;
        signed_sum += byte < 128 ? byte : byte - 256;
    }
    const auto sum = static_cast<std::int64_t>(*told);
    // A block of zeros ends an archive.
    return (sum == unsigned_sum || sum == signed_sum) && block[0] != std::byte{0};
}

}  // namespace

bool is_tar(Bytes bytes) {
    return bytes.size() >= kBlock && is_header(bytes.first(kBlock));
}

std::vector<std::string_view> tar_members(Bytes bytes, std::size_t most) {
    std::vector<std::string_view> names;
    while (names.size() < most && is_tar(bytes)) {
        const std::string_view name = as_text(bytes.first(kName));
        names.push_back(name.substr(0, name.find('\0')));
        const std::optional<std::uint64_t> size = number(bytes.subspan(kSize, kSizeLength));
        if (!size || *size > bytes.size() - kBlock) break;
        const std::uint64_t whole = kBlock + (*size + kBlock - 1) / kBlock * kBlock;
        if (whole > bytes.size()) break;
        bytes = bytes.subspan(whole);
    }
    return names;
}

}  // namespace featherface::loaders
