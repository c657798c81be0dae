// How messages for people write numbers and shapes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace featherface::engine {

// "592,371"
std::string grouped(std::int64_t number);

// "(8, 3, 3, 3)" as PyTorch prints it, but "(8)" for one dimension and "()" for a scalar.
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace featherface::engine
