// How far computed values are from what was expected of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace featherface::test {

inline double absolute_error(double found, double expected) {
    return std::abs(found - expected);
}
// Relative to the expected value where that is above one.
inline double scaled_error(double found, double expected) {
    return absolute_error(found, expected) / std::max(1.0, std::abs(expected));
}

// The largest error of a value; infinity where the counts differ or a value is no number.
template <class Found, class Expected>
double largest_error(const Found& found, const Expected& expected,
                     double (*error)(double found, double expected) = scaled_error) {
    if (found.size() != expected.size()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double e = error(found[i], expected[i]);
        largest = std::max(largest, std::isfinite(e) ? e : INFINITY);
    }
    return largest;
}

}  // namespace featherface::test
