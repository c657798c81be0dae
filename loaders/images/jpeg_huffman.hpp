// A Huffman code of a JPEG (ITU-T T.81, annex C and F.2.2), as a DHT segment defines it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace featherface::loaders {

class JpegHuffman {
  public:
    // `counts[i]` codes of length i + 1; `values` as many symbols as all counts together, at most 256.
    // False when there are more codes than their lengths allow.
    bool build(std::span<const std::byte, 16> counts, std::span<const std::byte> values);
    bool defined() const { return defined_; }

    // A code, and with it the number that its symbol announces, where both are short: for most of a picture
    // one look-up is all.
    struct Match {
        std::int16_t number = 0;  // 0: none is announced, or it is still to be read
        std::uint8_t symbol = 0;
        std::uint8_t length = 0;  // bits of the code, and of the number if it is not 0; 0: no code

        int run() const { return symbol >> 4; }   // zeros before the number
        int size() const { return symbol & 15; }  // its bits
    };
    // What the highest of 16 bits begin with.
    Match match(std::uint32_t bits) const {
        const Match found = short_codes_[bits >> (16 - kShort)];
        return found.length != 0 ? found : match_long(bits);
    }

  private:
    static constexpr int kShort = 10;  // bits

    Match match_long(std::uint32_t bits) const;

    bool defined_ = false;
    std::array<Match, 1 << kShort> short_codes_{};
    std::array<std::uint32_t, 17> limit_{};  // first 16-bit value past the codes of a length
    std::array<std::int32_t, 17> index_{};   // symbol index minus code, for a length
    std::array<std::uint8_t, 256> symbols_{};
};

// A number of `size` bits, of which the highest tells the sign (F.2.2.1, EXTEND).
constexpr int extended(std::uint32_t bits, int size) {
    const int value = static_cast<int>(bits);
    return size == 0 || value >> (size - 1) != 0 ? value : value - (1 << size) + 1;
}

}  // namespace featherface::loaders
