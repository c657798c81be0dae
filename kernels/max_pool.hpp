// Max pooling, 3x3 window, stride 2, vectors over channels; cells outside the input count as `pad_value`. A
// NaN in the window gives NaN, as in PyTorch. The maximum of each column of a window is taken first: the last
// column is the first of the next window.
#pragma once

#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

void max_pool(const MaxPoolArgs& args, Rows rows) {
    const ConstMap& input = args.input;
    const Map& output = args.output;
    FEATHERFACE_ASSERT(args.pad_top >= 0 && args.pad_top <= 1 && args.pad_left >= 0 && args.pad_left <= 1);
    FEATHERFACE_ASSERT(output.height == divide_up(input.height, 2) &&
                       output.width == divide_up(input.width, 2));
    FEATHERFACE_ASSERT(output.channels == input.channels);
    FEATHERFACE_ASSERT(has_rows(output, rows));
    FEATHERFACE_ASSERT(has_rows(input, window_rows(rows, 2, args.pad_top, 3, input.height)));
    FEATHERFACE_ASSERT(are_apart(output, rows, input, window_rows(rows, 2, args.pad_top, 3, input.height)));
    const std::ptrdiff_t pixel_step = input.pixel_stride, row_step = input.width * pixel_step;
    const Vec outside(args.pad_value);
    for (int y = rows.begin; y < rows.end; ++y) {
        const int top = 2 * y - args.pad_top;
        const int y0 = max_of(top, 0), count = min_of(top + 3, input.height) - y0;
        for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            const float* const in = input.pixel(y0, 0) + c;
            const auto column = [&](int x) FEATHERFACE_LAMBDA {
                if (x < 0 || x >= input.width) return outside;
                const float* const first = in + x * pixel_step;
                Vec largest = part.load(first);
                if (count > 1) largest = max_nan(largest, part.load(first + row_step));
                return max_nan(largest, count > 2 ? part.load(first + 2 * row_step) : outside);
            };
            Vec last = column(-args.pad_left);
            for (int x = 0; x < output.width; ++x) {
                const int left = 2 * x - args.pad_left;
                const Vec largest = max_nan(last, column(left + 1));
                last = column(left + 2);
                part.store(output.pixel(y, x) + c, max_nan(largest, last));
            }
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
