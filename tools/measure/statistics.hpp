// What samples of a time say: percentiles, how far the median can be trusted, whether two medians differ.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace featherface::tools {

// The value below which the fraction `q` (0 to 1) of the samples lies, straight between neighbours (type 7 of
// Hyndman and Fan 1996). `sorted` is ascending and not empty.
double percentile(std::span<const double> sorted, double q);

double median(std::vector<double> samples);  // at least one

struct Summary {
    std::size_t count = 0;
    double minimum = 0, p10 = 0, median = 0, p90 = 0, p99 = 0, maximum = 0;
    // Samples above the upper quartile by more than three times the distance between the quartiles. They are
    // part of everything above.
    std::size_t outliers = 0;
    // How far the median may be off, as a fraction of it: half the width of its 95% interval (from the order
    // statistics, whatever the distribution) or half of `drift`, whichever is more.
    double noise = 0;
    // Median of the second half of the samples over that of the first, minus 1.
    double drift = 0;
};

// `samples` in the order they were taken; at least one.
Summary summarize(std::span<const double> samples);

enum class Change { none, faster, slower };

// Whether a time changed from `before` to `after` (medians with their noise), as one of `comparisons` that
// are made at once: the more there are, the likelier one differs by chance, so the wider each one's interval
// is taken. Less than 1% is never a change: that much differs between two processes with the same code.
struct TimeChange {
    double ratio = 1;      // after / before
    double threshold = 0;  // |ratio - 1| must exceed it
    Change change = Change::none;
};
TimeChange compare_times(double before, double before_noise, double after, double after_noise,
                         std::size_t comparisons);

}  // namespace featherface::tools
