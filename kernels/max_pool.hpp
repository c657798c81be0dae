// Max pooling, 3x3 window, stride 2, vectors over channels; cells outside the input count as `pad_value`. A
// NaN in the window gives NaN, as in PyTorch.
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
    for (int y = rows.begin; y < rows.end; ++y) {
        const int top = 2 * y - args.pad_top;
        const int y0 = max_of(top, 0);
        const int y1 = min_of(top + 3, input.height);
        for (int x = 0; x < output.width; ++x) {
            const int left = 2 * x - args.pad_left;
            const int x0 = max_of(left, 0);
            const int x1 = min_of(left + 3, input.width);
            const bool inside = y1 - y0 == 3 && x1 - x0 == 3;
            const Vec start(inside ? -__builtin_inff() : args.pad_value);
            const float* const in = input.pixel(y0, x0);
            float* out = output.pixel(y, x);
            for_each_vector(output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                Vec largest = start;
                for (int row = 0; row < y1 - y0; ++row) {
                    for (int column = 0; column < x1 - x0; ++column)
                        largest = max_nan(largest, part.load(in + row * row_step + column * pixel_step + c));
                }
                part.store(out + c, largest);
            });
        }
    }
}

}  // namespace
}  // namespace featherface::kernels
