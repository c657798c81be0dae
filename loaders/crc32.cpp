#include "loaders/crc32.hpp"

#include <array>

#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::size_t kSlices = 16;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

// tables[k][b] is what byte b adds to the CRC when k more bytes follow it.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < kSlices; ++k) {
        for (std::size_t b = 0; b < 256; ++b) {
            const std::uint32_t before = tables[k - 1][b];
            tables[k][b] = (before >> 8) ^ tables[0][before & 0xff];
        }
    }
    return tables;
}

constexpr Tables kTables = make_tables();

// What the four bytes of `word` add when `after` more bytes of the step follow them.
inline std::uint32_t fold(std::uint32_t word, std::size_t after) {
    return kTables[after + 3][word & 0xff] ^ kTables[after + 2][(word >> 8) & 0xff] ^
           kTables[after + 1][(word >> 16) & 0xff] ^ kTables[after][word >> 24];
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t crc) {
    crc = ~crc;
    std::size_t i = 0;
    for (; i + kSlices <= bytes.size(); i += kSlices) {
        crc = fold(load_le<std::uint32_t>(bytes, i) ^ crc, 12) ^
              fold(load_le<std::uint32_t>(bytes, i + 4), 8) ^ fold(load_le<std::uint32_t>(bytes, i + 8), 4) ^
              fold(load_le<std::uint32_t>(bytes, i + 12), 0);
    }
    for (; i < bytes.size(); ++i) {
        crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(bytes[i])) & 0xff];
    }
    return ~crc;
}

}  // namespace featherface::loaders
