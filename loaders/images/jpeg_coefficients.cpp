#include "loaders/images/jpeg_coefficients.hpp"

#include <bit>

namespace featherface::loaders {

JpegCoefficients::JpegCoefficients(std::size_t blocks, JpegBlockSize size) : size_(size) {
    for (std::size_t k = 0; k < 64; ++k) {
        const int row = kJpegZigzag[k] / 8, column = kJpegZigzag[k] % 8;
        if (!is_in_mean(row, size.high) || !is_in_mean(column, size.wide)) continue;
        needed_ |= std::uint64_t{1} << k;
        places_[k] = static_cast<std::uint8_t>(kept_++);
    }
    for (std::size_t k = 0; k < 64; ++k) {
        if ((needed_ >> k & 1) == 0) places_[k] = static_cast<std::uint8_t>(kept_);
    }
    kept_ += needed_ != ~std::uint64_t{0};
    values_ = ZeroedArray<std::int16_t>(kept_ * blocks);
    nonzero_ = ZeroedArray<std::uint64_t>(blocks);
}

void JpegCoefficients::transform(std::size_t number, const JpegSteps& steps, std::uint8_t* to,
                                 std::size_t row_bytes) const {
    const std::int16_t* const values = values_.data() + number * kept_;
    const std::int16_t mean = to_coefficient(values[0] * steps[0]);
    std::uint64_t left = nonzero_.data()[number] & needed_;
    if (left == 0) return inverse_dct_of_mean(mean, size_, to, row_bytes);
    alignas(16) std::int16_t coefficients[64] = {mean};
    for (; left != 0; left &= left - 1) {
        const auto k = static_cast<std::size_t>(std::countr_zero(left));
        coefficients[kJpegZigzag[k]] = to_coefficient(values[places_[k]] * steps[k]);
    }
    inverse_dct(coefficients, size_, to, row_bytes);
}

}  // namespace featherface::loaders
