// Floating-point elements of any width to float32.
#pragma once

#include <cstddef>
#include <span>

#include "loaders/torch/dtype.hpp"

namespace featherface::loaders {

// Converts the first out.size() elements of `bytes`. `dtype` is a floating-point type (is_float); float64
// values beyond float32's range become infinite.
void convert_to_f32(DType dtype, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace featherface::loaders
