// output(y, x, c) = input(y, x, source[c]); without `source`, a plain copy (concatenation writes slices with
// it).
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

FEATHERFACE_INLINE bool are_channels(const int* source, int count, int channels) {
    for (int c = 0; c < count; ++c) {
        if (source[c] < 0 || source[c] >= channels) return false;
    }
    return true;
}

void copy_channels(ConstMap input, const int* source, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_size(input, output));
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(are_apart(output, input, rows));
    FEATHERFACE_ASSERT(source != nullptr ? are_channels(source, output.channels, input.channels)
                                         : input.channels == output.channels);
    if (source != nullptr) {
        const auto pixel = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
            for (int c = 0; c < output.channels; ++c) out[c] = in[source[c]];
        };
        for_each_pixel(rows, pixel, output, input);
        return;
    }
    const Runs runs = count_runs(rows, output, input);
    const auto run = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
        for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part)
                                         FEATHERFACE_LAMBDA { part.store(out + c, part.load(in + c)); });
    };
    for_each_run(runs, rows, run, output, input);
}

}  // namespace
}  // namespace featherface::kernels
