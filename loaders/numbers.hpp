// A number written as text, whatever the locale says: std::from_chars, which some standard libraries (libc++
// before version 20) have for integers only.
#pragma once

#include <charconv>
#include <concepts>
#include <type_traits>

namespace featherface::loaders {

// As std::from_chars does, in plain decimal or with an exponent, or "inf" and "nan" with or without a sign;
// `value` keeps what it was where that is no number, or one out of range. What stands in where the library
// has none.
std::from_chars_result from_chars_by_stream(const char* begin, const char* end, double& value);

std::from_chars_result from_chars(const char* begin, const char* end, std::floating_point auto& value) {
#if defined(__cpp_lib_to_chars)
    return std::from_chars(begin, end, value);
#else
    double number = value;
    const std::from_chars_result result = from_chars_by_stream(begin, end, number);
    value = static_cast<std::remove_reference_t<decltype(value)> >(number);
    return result;
#endif
}

std::from_chars_result from_chars(const char* begin, const char* end, std::integral auto& value) {
    return std::from_chars(begin, end, value);
}

}  // namespace featherface::loaders
