// Only the first directory (IFD0) is looked at. Layout: "II" or "MM", 42, offset of the directory; there a
// count, then entries of 12 bytes (tag, type, number of values, value).
#include "loaders/images/exif.hpp"

#include <cstdint>

#include "loaders/big_endian.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kEntrySize = 12;

}  // namespace

int exif_orientation(std::span<const std::byte> tiff) {
    if (tiff.size() < kHeaderSize) return 1;
    const std::string_view order = as_text(tiff.first(2));
    if (order != "II" && order != "MM") return 1;
    const bool big = order == "MM";
    const auto u16 = [&](std::size_t at) {
        return big ? load_be<std::uint16_t>(tiff, at) : load_le<std::uint16_t>(tiff, at);
    };
    const auto u32 = [&](std::size_t at) {
        return big ? load_be<std::uint32_t>(tiff, at) : load_le<std::uint32_t>(tiff, at);
    };
    if (u16(2) != 42) return 1;
    const std::size_t directory = u32(4);
    if (directory < kHeaderSize || directory > tiff.size() - 2) return 1;
    const std::size_t fitting = (tiff.size() - directory - 2) / kEntrySize;
    const std::size_t count = u16(directory);
    for (std::size_t i = 0; i < count && i < fitting; ++i) {
        const std::size_t entry = directory + 2 + i * kEntrySize;
        if (u16(entry) != kOrientationTag) continue;
        const int orientation = u16(entry + 8);
        const bool valid =
            u16(entry + 2) == kShortType && u32(entry + 4) == 1 && orientation >= 1 && orientation <= 8;
        return valid ? orientation : 1;
    }
    return 1;
}

}  // namespace featherface::loaders
