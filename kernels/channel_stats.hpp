// Mean and maximum over the channels of each pixel, or of their products with a gate per channel, each
// rounded. The mean is a sum of kLanes partial sums, added as a tree.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

template <bool kGated>
void channel_stats_rows(ConstMap input, const float* gate, bool max_first, Map output, Rows rows) {
    const int channels = input.channels;
    const int whole = channels / kLanes * kLanes;
    const auto pixel = [&](float* out, const float* in) FEATHERFACE_LAMBDA {
        const auto lane = [&](int c) FEATHERFACE_LAMBDA { return kGated ? in[c] * gate[c] : in[c]; };
        Vec sum(0.0f);
        Vec maximum(lane(0));
        for (int c = 0; c < whole; c += kLanes) {
            const Vec v = kGated ? load(in + c) * load(gate + c) : load(in + c);
            sum += v;
            maximum = max_nan(maximum, v);
        }
        float total = sum_lanes(sum);
        float largest = max_lanes(maximum);
        for (int c = whole; c < channels; ++c) {
            total += lane(c);
            largest = max_nan(largest, lane(c));
        }
        out[max_first ? 1 : 0] = total / static_cast<float>(channels);
        out[max_first ? 0 : 1] = largest;
    };
    for_each_pixel(rows, pixel, output, input);
}

void channel_stats(ConstMap input, const float* gate, bool max_first, Map output, Rows rows) {
    FEATHERFACE_ASSERT(same_size(input, output) && output.channels == 2);
    FEATHERFACE_ASSERT(has_rows(input, rows) && has_rows(output, rows));
    FEATHERFACE_ASSERT(are_apart(output, input, rows));
    if (gate != nullptr) {
        channel_stats_rows<true>(input, gate, max_first, output, rows);
    } else {
        channel_stats_rows<false>(input, gate, max_first, output, rows);
    }
}

}  // namespace
}  // namespace featherface::kernels
