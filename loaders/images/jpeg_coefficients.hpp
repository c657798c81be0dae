// The coefficients of a progressive JPEG's component: they come a few bits at a time, scan after scan.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "loaders/images/jpeg_inverse_dct.hpp"
#include "loaders/images/zeroed_array.hpp"

namespace featherface::loaders {

// Where the coefficients of a block, in the order of a file, lie in its rows (T.81, figure A.6).
constexpr std::array<std::uint8_t, 64> kJpegZigzag = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// Quantization steps, in the order of a file.
using JpegSteps = std::array<std::uint16_t, 64>;

// The 16 bits of a coefficient: sums and products that only a damaged file has wrap around.
constexpr std::int16_t to_coefficient(int value) {
    return static_cast<std::int16_t>(value);
}

class JpegCoefficients {
  public:
    JpegCoefficients() = default;
    // Zeros, for so many blocks of which that many samples are made. Throws std::bad_alloc.
    JpegCoefficients(std::size_t blocks, JpegBlockSize size);

    struct Block {
        std::int16_t* values;
        const std::uint8_t* places;
        std::uint64_t& nonzero;  // bits 1 to 63 for coefficients that are not zero

        // In the order of a file.
        std::int16_t& operator[](int k) const { return values[places[k]]; }
    };
    Block block(std::size_t number) {
        return {values_.data() + number * kept_, places_.data(), nonzero_.data()[number]};
    }

    // Makes the samples of a block.
    void transform(std::size_t number, const JpegSteps& steps, std::uint8_t* to, std::size_t row_bytes) const;

  private:
    JpegBlockSize size_{};
    // Of each block those are kept that its samples need, in the order of a file. The others share a last
    // place, which nothing is made of.
    std::uint64_t needed_ = 0;  // bit k for coefficient k
    std::size_t kept_ = 0;
    std::array<std::uint8_t, 64> places_{};
    ZeroedArray<std::int16_t> values_{};
    ZeroedArray<std::uint64_t> nonzero_{};
};

}  // namespace featherface::loaders
