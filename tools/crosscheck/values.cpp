#include "tools/crosscheck/values.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace featherface::tools {

namespace {

void note(NonFinite& side, float value, std::size_t index) {
    if (std::isfinite(value)) return;
    ++(std::isnan(value) ? side.nan : side.infinite);
    if (side.first < 0) side.first = static_cast<std::int64_t>(index);
}

TensorShape without_ones(const TensorShape& shape) {
    TensorShape rest;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(rest), [](std::int64_t n) { return n != 1; });
    return rest;
}

}  // namespace

double Tolerance::at(double b) const {
    const double scaled = relative * std::abs(b);
    return larger ? std::max(absolute, scaled) : absolute + scaled;
}

Difference compare_values(std::span<const float> a, std::span<const float> b, const Tolerance& tolerance) {
    Difference d;
    double sum = 0, aa = 0, bb = 0, ab = 0;
    std::int64_t finite = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
            note(d.a_non_finite, a[i], i);
            note(d.b_non_finite, b[i], i);
            ++d.outside;
            continue;
        }
        const double x = a[i], y = b[i], gap = std::abs(x - y), allowed = tolerance.at(y);
        ++finite;
        sum += gap;
        aa += x * x, bb += y * y, ab += x * y;
        d.max_abs = std::max(d.max_abs, gap);
        if (y != 0) d.max_rel = std::max(d.max_rel, gap / std::abs(y));
        if (gap > allowed) ++d.outside;
        // A tolerance of 0 is met by equality alone.
        const double ratio = gap == 0 ? 0 : gap / allowed;
        if (d.worst < 0 || ratio > d.worst_ratio) {
            d.worst = static_cast<std::int64_t>(i);
            d.worst_ratio = ratio;
            d.a = a[i], d.b = b[i];
        }
    }
    if (finite > 0) d.mean_abs = sum / static_cast<double>(finite);
    if (aa > 0 && bb > 0) {
        d.cosine = std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
    } else {
        d.cosine = aa == bb ? 1 : 0;
    }
    return d;
}

bool is_same_but_for_ones(const TensorShape& a, const TensorShape& b) {
    return without_ones(a) == without_ones(b);
}

std::string shape_text(const TensorShape& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text.append(i ? ", " : "").append(std::to_string(shape[i]));
    return text + (shape.size() == 1 ? ",)" : ")");
}

TensorShape unravel(std::int64_t flat, const TensorShape& shape) {
    TensorShape indices(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        indices[axis] = flat % shape[axis];
        flat /= shape[axis];
    }
    return indices;
}

std::vector<float> transpose(std::span<const float> values, const TensorShape& shape,
                             std::span<const std::size_t> axes) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
    TensorShape sizes;
    for (const std::size_t axis : axes) sizes.push_back(shape[axis]);

    std::vector<float> out(values.size());
    TensorShape at(shape.size(), 0);
    for (float& value : out) {
        std::int64_t source = 0;
        for (std::size_t i = 0; i < axes.size(); ++i) source += at[i] * strides[axes[i]];
        value = values[static_cast<std::size_t>(source)];
        for (std::size_t i = axes.size(); i-- > 0;) {
            if (++at[i] < sizes[i]) break;
            at[i] = 0;
        }
    }
    return out;
}

bool moves_channels_first(std::span<const std::size_t> axes) {
    constexpr std::size_t kWithN[] = {0, 3, 1, 2}, kWithoutN[] = {2, 0, 1};
    return std::ranges::equal(axes, kWithN) || std::ranges::equal(axes, kWithoutN);
}

std::vector<std::vector<std::size_t>> transposes_between(const TensorShape& from, const TensorShape& to) {
    std::vector<std::vector<std::size_t>> found;
    if (from.size() != to.size() || from.size() > 4) return found;
    std::vector<std::size_t> axes(from.size());
    std::iota(axes.begin(), axes.end(), 0);
    while (std::next_permutation(axes.begin(), axes.end())) {
        bool fits = true;
        for (std::size_t i = 0; i < axes.size(); ++i) fits = fits && from[axes[i]] == to[i];
        if (fits) found.insert(moves_channels_first(axes) ? found.begin() : found.end(), axes);
    }
    return found;
}

}  // namespace featherface::tools
