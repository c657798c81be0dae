#include "loaders/numbers.hpp"

#include <algorithm>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "loaders/ascii.hpp"

namespace featherface::loaders {
namespace {

const char* skip_digits(const char* at, const char* end) {
    return std::find_if(at, end, [](char c) { return c < '0' || c > '9'; });
}

// Where the decimal number at `at` ends, or `at`: digits, a point and digits (one side may be missing), an
// exponent.
const char* end_of_decimal(const char* at, const char* end) {
    const char* rest = skip_digits(at, end);
    bool digits = rest != at;
    if (rest != end && *rest == '.') {
        const char* const fraction = rest + 1;
        const char* const after = skip_digits(fraction, end);
        digits = digits || after != fraction;
        rest = after;
    }
    if (!digits) return at;
    if (rest != end && (*rest == 'e' || *rest == 'E')) {
        const char* exponent = rest + 1;
        if (exponent != end && (*exponent == '+' || *exponent == '-')) ++exponent;
        if (const char* const after = skip_digits(exponent, end); after != exponent) rest = after;
    }
    return rest;
}

}  // namespace

std::from_chars_result from_chars_by_stream(const char* begin, const char* end, double& value) {
    const bool negative = begin != end && *begin == '-';
    const char* const unsigned_begin = negative ? begin + 1 : begin;
    const std::string word = lower_case({unsigned_begin, std::min<std::size_t>(8, end - unsigned_begin)});
    constexpr std::string_view kInfinity = "infinity";
    constexpr double kInf = std::numeric_limits<double>::infinity(),
                     kNan = std::numeric_limits<double>::quiet_NaN();
    for (const auto& [name, number] :
         {std::pair{kInfinity, kInf}, {kInfinity.substr(0, 3), kInf}, {std::string_view("nan"), kNan}}) {
        if (!word.starts_with(name)) continue;
        value = negative ? -number : number;
        return {unsigned_begin + name.size(), std::errc()};
    }
    const char* const rest = end_of_decimal(unsigned_begin, end);
    if (rest == unsigned_begin) return {begin, std::errc::invalid_argument};
    std::istringstream text(std::string(begin, rest));
    text.imbue(std::locale::classic());
    double number = 0;
    const bool fits = static_cast<bool>(text >> number);
    const char* const exponent =
        std::find_if(unsigned_begin, rest, [](char c) { return c == 'e' || c == 'E'; });
    const bool written_zero =
        std::none_of(unsigned_begin, exponent, [](char c) { return c >= '1' && c <= '9'; });
    if (!fits || (number == 0 && !written_zero)) return {rest, std::errc::result_out_of_range};
    value = number;
    return {rest, std::errc()};
}

}  // namespace featherface::loaders
