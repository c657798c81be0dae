#include "tools/measure/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace featherface::tools {

namespace {

constexpr double kNormal95 = 1.96;  // a normal value lies within that many deviations with 95% probability

// Half the width of the median's 95% interval: between the order statistics n/2 -+ 1.96 sqrt(n)/2, which
// is the binomial interval of how many samples fall below the true median.
double half_interval(std::span<const double> sorted) {
    const double n = static_cast<double>(sorted.size());
    const double reach = kNormal95 * std::sqrt(n) / 2;
    const auto at = [&](double position) {
        return sorted[static_cast<std::size_t>(std::clamp(position, 0.0, n - 1))];
    };
    return (at(std::ceil(n / 2 + reach)) - at(std::floor(n / 2 - reach) - 1)) / 2;
}

}  // namespace

double percentile(std::span<const double> sorted, double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 >= sorted.size()) return sorted.back();
    const double fraction = position - static_cast<double>(below);
    return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return percentile(samples, 0.5);
}

Summary summarize(std::span<const double> samples) {
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    Summary summary;
    summary.count = sorted.size();
    summary.minimum = sorted.front();
    summary.p10 = percentile(sorted, 0.1);
    summary.median = percentile(sorted, 0.5);
    summary.p90 = percentile(sorted, 0.9);
    summary.p99 = percentile(sorted, 0.99);
    summary.maximum = sorted.back();

    const double q1 = percentile(sorted, 0.25), q3 = percentile(sorted, 0.75);
    const double fence = q3 + 3 * (q3 - q1);
    summary.outliers = static_cast<std::size_t>(
        std::count_if(sorted.begin(), sorted.end(), [&](double value) { return value > fence; }));

    const std::size_t half = samples.size() / 2;
    if (half > 0) {
        const double first = median({samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(half)});
        const double second = median({samples.begin() + static_cast<std::ptrdiff_t>(half), samples.end()});
        if (first > 0) summary.drift = second / first - 1;
    }
    if (summary.median > 0) {
        summary.noise = std::max(half_interval(sorted) / summary.median, std::abs(summary.drift) / 2);
    }
    return summary;
}

TimeChange compare_times(double before, double before_noise, double after, double after_noise,
                         std::size_t comparisons) {
    constexpr double kLeast = 0.01;
    // The noise is a 95% half-width. A normal value exceeds z deviations with probability below exp(-z^2/2),
    // so this z keeps the chance of any false alarm among all comparisons below 5%.
    const double z =
        std::sqrt(2 * std::log(static_cast<double>(std::max<std::size_t>(comparisons, 1)) / 0.05));
    TimeChange comparison;
    comparison.ratio = before > 0 ? after / before : 1;
    comparison.threshold = std::max(kLeast, std::hypot(before_noise, after_noise) * z / kNormal95);
    if (std::abs(comparison.ratio - 1) > comparison.threshold) {
        comparison.change = comparison.ratio < 1 ? Change::faster : Change::slower;
    }
    return comparison;
}

}  // namespace featherface::tools
