// Floating-point elements of any width to float32, and float32 to float16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "loaders/torch/dtype.hpp"

namespace featherface::loaders {

// Converts the first out.size() elements of `bytes`. `dtype` is a floating-point type (is_float); float64
// values beyond float32's range become infinite.
void convert_to_f32(DType dtype, std::span<const std::byte> bytes, std::span<float> out);

// The bits of the float16 nearest to the value; beyond kLargestF16 it is infinite.
constexpr float kLargestF16 = 65504;
std::uint16_t f16_bits(float value);

}  // namespace featherface::loaders
