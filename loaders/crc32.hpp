// CRC-32 as zip files and PNG use it (polynomial 0xEDB88320, reflected), 16 bytes per step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace featherface::loaders {

// The CRC of `bytes`; give the CRC of what came before as `crc` to go on where it ended.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace featherface::loaders
