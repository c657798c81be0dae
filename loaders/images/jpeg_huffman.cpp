#include "loaders/images/jpeg_huffman.hpp"

namespace featherface::loaders {

bool JpegHuffman::build(std::span<const std::byte, 16> counts, std::span<const std::byte> values) {
    short_codes_.fill({});
    std::uint32_t code = 0;
    std::size_t index = 0;
    for (int length = 1; length <= 16; ++length) {
        const auto count = std::to_integer<std::uint32_t>(counts[static_cast<std::size_t>(length - 1)]);
        index_[static_cast<std::size_t>(length)] =
            static_cast<std::int32_t>(index) - static_cast<std::int32_t>(code);
        if (code + count > 1u << length) return false;
        for (std::uint32_t i = 0; i < count; ++i, ++code, ++index) {
            symbols_[index] = std::to_integer<std::uint8_t>(values[index]);
            if (length > kShort) continue;
            // Every continuation of the code, with the number that the continuation begins with.
            const int free_bits = kShort - length;
            for (std::uint32_t rest = 0; rest < 1u << free_bits; ++rest) {
                Match match{0, symbols_[index], static_cast<std::uint8_t>(length)};
                const int size = match.size();
                if (size > 0 && size <= free_bits) {
                    match.number = static_cast<std::int16_t>(extended(rest >> (free_bits - size), size));
                    match.length = static_cast<std::uint8_t>(length + size);
                }
                short_codes_[code << free_bits | rest] = match;
            }
        }
        limit_[static_cast<std::size_t>(length)] = code << (16 - length);
        code <<= 1;
    }
    defined_ = true;
    return true;
}

JpegHuffman::Match JpegHuffman::match_long(std::uint32_t bits) const {
    for (int length = kShort + 1; length <= 16; ++length) {
        if (bits < limit_[static_cast<std::size_t>(length)]) {
            const auto index =
                static_cast<std::int32_t>(bits >> (16 - length)) + index_[static_cast<std::size_t>(length)];
            return {0, symbols_[static_cast<std::size_t>(index)], static_cast<std::uint8_t>(length)};
        }
    }
    return {};
}

}  // namespace featherface::loaders
