#include "loaders/archive/zlib.hpp"

#include "loaders/archive/inflate.hpp"
#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"

namespace featherface::loaders {

Result<std::size_t> inflate_zlib(std::span<const std::byte> stream, std::span<std::byte> output) {
    constexpr std::size_t kHeaderSize = 2;
    constexpr unsigned kDeflate = 8;
    constexpr unsigned kPresetDictionary = 0x20;
    if (stream.size() < kHeaderSize) return malformed("zlib stream without its header");
    const unsigned header = load_be<std::uint16_t>(stream);
    if (header % 31 != 0 || (header >> 8 & 15) != kDeflate || (header & kPresetDictionary) != 0) {
        return malformed("zlib stream with an impossible header",
                         {.found = hex_bytes(stream.first(kHeaderSize))});
    }
    return inflate_prefix(stream.subspan(kHeaderSize), output);
}

}  // namespace featherface::loaders
