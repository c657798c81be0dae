#include "loaders/packed/checksum.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::size_t kChecksumLanes = 8, kChecksumBlock = kChecksumLanes * sizeof(std::uint64_t);

constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
    return std::rotl(state ^ word, 29) * 0x9E3779B97F4A7C15u;
}

using ChecksumLanes = std::array<std::uint64_t, kChecksumLanes>;

inline void add_block(ChecksumLanes& lanes, std::span<const std::byte> bytes, std::size_t offset) {
    for (std::size_t i = 0; i < kChecksumLanes; ++i) {
        lanes[i] = mix(lanes[i], load_le<std::uint64_t>(bytes, offset + i * sizeof(std::uint64_t)));
    }
}

}  // namespace

std::uint64_t checksum64(std::span<const std::byte> bytes) {
    ChecksumLanes lanes = {1, 2, 3, 4, 5, 6, 7, 8};
    std::size_t offset = 0;
    for (; offset + kChecksumBlock <= bytes.size(); offset += kChecksumBlock) add_block(lanes, bytes, offset);
    if (offset < bytes.size()) {
        std::array<std::byte, kChecksumBlock> rest{};
        std::ranges::copy(bytes.subspan(offset), rest.begin());
        add_block(lanes, rest, 0);
    }
    std::uint64_t sum = bytes.size();
    for (const std::uint64_t lane : lanes) sum = mix(sum, lane);
    return sum;
}

}  // namespace featherface::loaders
