// From the frequencies of a JPEG's block back to its samples (ITU-T T.81, A.3.3), all 8 x 8 of them or fewer:
// the means of 2, 4 or 8 neighbours each way, for hardly more than their share of the work.
#pragma once

#include <cstddef>
#include <cstdint>

namespace featherface::loaders {

// How many samples a block gives, each way 1, 2, 4 or 8.
struct JpegBlockSize {
    int wide = 8, high = 8;
};

// Whether a coefficient of that frequency, 0 to 7, has a part in the samples where a block gives so many in
// its direction. Those of the others average out and are not looked at.
constexpr bool is_in_mean(int frequency, int samples) {
    switch (samples) {
        case 8: return true;
        case 4: return frequency != 4;
        case 2: return frequency == 0 || frequency % 2 == 1;
        default: return frequency == 0;
    }
}

// `coefficients` are multiplied by their quantization steps, row by row, [0] the mean. Writes `size` samples
// from `to` on, rows `row_bytes` apart. Whole numbers throughout, so that the result is the same on every
// machine: of 8 x 8 it is what stb_image gives with SSE2, within 1 of the exact value for any coefficients
// that come from a picture.
void inverse_dct(const std::int16_t* coefficients, JpegBlockSize size, std::uint8_t* to,
                 std::size_t row_bytes);

// The same where all coefficients but the mean are 0.
void inverse_dct_of_mean(std::int16_t mean, JpegBlockSize size, std::uint8_t* to, std::size_t row_bytes);

}  // namespace featherface::loaders
