// Two arrays of numbers compared element by element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace featherface::tools {

// a agrees with b when |a - b| <= absolute + relative * |b|, or, with `larger`, when it is at most the larger
// of the two.
struct Tolerance {
    double absolute = 1e-4, relative = 0;
    bool larger = false;

    double at(double b) const;
};

// How many numbers of an array are none, and where the first is.
struct NonFinite {
    std::int64_t nan = 0, infinite = 0;
    std::int64_t first = -1;  // index of the first of either, or -1

    bool any() const { return first >= 0; }
};

// Statistics leave out elements where either side is not finite.
struct Difference {
    double max_abs = 0, mean_abs = 0;
    double max_rel = 0;        // |a - b| / |b|, where b is not 0
    double cosine = 1;         // of the angle between the arrays as vectors
    std::int64_t outside = 0;  // elements that do not agree, non-finite ones included
    // The element farthest from agreeing, and by how many times its tolerance it differs.
    std::int64_t worst = -1;
    double worst_ratio = 0;
    float a = 0, b = 0;  // there
    NonFinite a_non_finite, b_non_finite;

    bool agrees() const { return outside == 0; }
};

// `a` and `b` have the same length. A NaN or infinity agrees with nothing, not even with itself.
Difference compare_values(std::span<const float> a, std::span<const float> b, const Tolerance& tolerance);

using TensorShape = std::vector<std::int64_t>;

// Whether they differ by axes of length 1 at most.
bool is_same_but_for_ones(const TensorShape& a, const TensorShape& b);

std::string shape_text(const TensorShape& shape);  // "(1, 64, 16, 20)"

// Indices of element `flat` of an array in C order.
TensorShape unravel(std::int64_t flat, const TensorShape& shape);

// numpy.transpose(values, axes), row-major; `shape` is that of `values`.
std::vector<float> transpose(std::span<const float> values, const TensorShape& shape,
                             std::span<const std::size_t> axes);

// Whether transpose() with these axes makes NCHW of NHWC, or the same without N.
bool moves_channels_first(std::span<const std::size_t> axes);

// Axes whose transpose() takes `from` to `to`, not counting axes of length 1 that only pad; the likeliest
// first (NHWC to NCHW). Empty when there are none; the identity is none.
std::vector<std::vector<std::size_t>> transposes_between(const TensorShape& from, const TensorShape& to);

}  // namespace featherface::tools
