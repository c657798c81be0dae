// What the library uses of C++20 and the standard library of Debian's emscripten (libc++ 13) lacks:
// std::bit_cast, a few std::ranges algorithms, as the older ones do them, and std::from_chars of a double.
// Included ahead of every file of the page's build, and nowhere else.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string>
#include <version>

#if !defined(__cpp_lib_bit_cast)
namespace std {
template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}
}  // namespace std
#endif

#if !defined(__cpp_lib_to_chars)
namespace std {
inline from_chars_result from_chars(const char* first, const char* last, double& value) {
    const string text(first, last);
    char* end = nullptr;
    value = strtod(text.c_str(), &end);
    return {first + (end - text.c_str()), end == text.c_str() ? errc::invalid_argument : errc{}};
}
}  // namespace std
#endif

#if !defined(__cpp_lib_ranges)
namespace std::ranges {

template <class Range, class Value, class Projection = std::identity>
constexpr auto find(Range&& range, const Value& value, Projection projection = {}) {
    return std::find_if(std::begin(range), std::end(range),
                        [&](const auto& element) { return std::invoke(projection, element) == value; });
}
template <class Range, class Predicate>
auto find_if(Range&& range, Predicate predicate) {
    return std::find_if(std::begin(range), std::end(range), predicate);
}
template <class Range, class Predicate>
bool all_of(Range&& range, Predicate predicate) {
    return std::all_of(std::begin(range), std::end(range), predicate);
}
template <class Range, class Predicate>
bool any_of(Range&& range, Predicate predicate) {
    return std::any_of(std::begin(range), std::end(range), predicate);
}
template <class Range, class Predicate, class Projection>
constexpr std::size_t count_if(const Range& range, Predicate predicate, Projection projection) {
    std::size_t found = 0;
    for (const auto& element : range) found += std::invoke(predicate, std::invoke(projection, element));
    return found;
}
template <class Range, class Output, class Predicate, class Projection>
constexpr void copy_if(const Range& range, Output output, Predicate predicate, Projection projection) {
    for (const auto& element : range) {
        if (std::invoke(predicate, std::invoke(projection, element))) *output++ = element;
    }
}
template <class Range, class Value>
auto count(Range&& range, const Value& value) {
    return std::count(std::begin(range), std::end(range), value);
}
template <class Range, class Output>
void copy(Range&& range, Output output) {
    std::copy(std::begin(range), std::end(range), output);
}
template <class Range, class Output, class Function>
void transform(Range&& range, Output output, Function function) {
    std::transform(std::begin(range), std::end(range), output, function);
}
template <class Range>
void reverse(Range&& range) {
    std::reverse(std::begin(range), std::end(range));
}
template <class First, class Second>
auto mismatch(First&& first, Second&& second) {
    const auto [in1, in2] =
        std::mismatch(std::begin(first), std::end(first), std::begin(second), std::end(second));
    struct {
        decltype(std::begin(first)) in1;
        decltype(std::begin(second)) in2;
    } places{in1, in2};
    return places;
}
template <class Range, class Compare = less>
void sort(Range&& range, Compare compare = {}) {
    std::sort(std::begin(range), std::end(range), compare);
}
template <class Range, class Compare = less, class Projection>
void sort(Range&& range, Compare compare, Projection projection) {
    std::sort(std::begin(range), std::end(range), [&](const auto& a, const auto& b) {
        return compare(std::invoke(projection, a), std::invoke(projection, b));
    });
}

}  // namespace std::ranges
#endif
