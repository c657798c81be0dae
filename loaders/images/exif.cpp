// Only the first directory (IFD0) is looked at. Layout: "II" or "MM", 42, offset of the directory; there a
// count, then entries of 12 bytes (tag, type, number of values, and the values, or their offset when they
// take more than four bytes).
#include "loaders/images/exif.hpp"

#include <cstdint>

#include "loaders/big_endian.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::size_t kTiffHeaderSize = 8;
constexpr std::size_t kEntrySize = 12;
constexpr std::size_t kValuesInEntry = 4;  // bytes

// The bytes of a value of one of TIFF's integer types; 0 for other types.
constexpr std::size_t integer_size(std::uint16_t type) {
    switch (type) {
        case 1:            // BYTE
        case 6: return 1;  // SBYTE
        case 3:            // SHORT
        case 8: return 2;  // SSHORT
        case 4:            // LONG
        case 9: return 4;  // SLONG
        default: return 0;
    }
}

class TiffReader {
  public:
    TiffReader(std::span<const std::byte> bytes, bool big_endian) : bytes_(bytes), big_(big_endian) {}

    std::size_t size() const { return bytes_.size(); }
    std::uint16_t u16(std::size_t at) const { return number<std::uint16_t>(at); }
    std::uint32_t u32(std::size_t at) const { return number<std::uint32_t>(at); }
    // A number of 1, 2 or 4 bytes.
    std::uint32_t number(std::size_t at, std::size_t size) const {
        return size == 1 ? number<std::uint8_t>(at) : size == 2 ? u16(at) : u32(at);
    }

  private:
    template <class T>
    T number(std::size_t at) const {
        return big_ ? load_be<T>(bytes_, at) : load_le<T>(bytes_, at);
    }
    std::span<const std::byte> bytes_;
    bool big_;
};

// The orientation that the entry states; 1 when it is none.
int orientation_of(const TiffReader& tiff, std::size_t entry) {
    const std::size_t size = integer_size(tiff.u16(entry + 2));
    const std::uint64_t count = tiff.u32(entry + 4);
    if (size == 0 || count == 0) return 1;
    const std::size_t at = size * count <= kValuesInEntry ? entry + 8 : tiff.u32(entry + 8);
    if (at > tiff.size() - size) return 1;
    const std::uint32_t value = tiff.number(at, size);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace

std::optional<int> exif_orientation(std::span<const std::byte> bytes) {
    // The sixth byte, padding, is not always zero.
    if (bytes.size() >= 6 && as_text(bytes).starts_with("Exif\0"sv)) bytes = bytes.subspan(6);
    if (bytes.size() < kTiffHeaderSize) return std::nullopt;
    const std::string_view order = as_text(bytes.first(2));
    if (order != "II" && order != "MM") return std::nullopt;
    const TiffReader tiff(bytes, order == "MM");
    if (tiff.u16(2) != 42) return std::nullopt;
    const std::size_t directory = tiff.u32(4);
    if (directory < kTiffHeaderSize || directory > bytes.size() - 2) return std::nullopt;
    const std::size_t fitting = (bytes.size() - directory - 2) / kEntrySize;
    const std::size_t count = tiff.u16(directory);
    for (std::size_t i = 0; i < count && i < fitting; ++i) {
        const std::size_t entry = directory + 2 + i * kEntrySize;
        if (tiff.u16(entry) == kOrientationTag) return orientation_of(tiff, entry);
    }
    return std::nullopt;
}

}  // namespace featherface::loaders
