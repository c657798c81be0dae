// Mean and maximum over the channels of each pixel. The mean is a sum of kLanes partial sums, added as a
// tree.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

void channel_stats(ConstMap input, bool max_first, Map output, Rows rows) {
    const int channels = input.channels;
    const int whole = channels / kLanes * kLanes;
    const float* in = input.pixel(rows.begin, 0);
    const float* const end = input.pixel(rows.end, 0);
    float* out = output.pixel(rows.begin, 0);
    for (; in != end; in += input.pixel_stride, out += output.pixel_stride) {
        Vec sum(0.0f);
        Vec maximum(in[0]);
        for (int c = 0; c < whole; c += kLanes) {
            const Vec v = load(in + c);
            sum += v;
            maximum = max_nan(maximum, v);
        }
        float total = sum_lanes(sum);
        float largest = max_lanes(maximum);
        for (int c = whole; c < channels; ++c) {
            total += in[c];
            largest = max_nan(largest, in[c]);
        }
        out[max_first ? 1 : 0] = total / static_cast<float>(channels);
        out[max_first ? 0 : 1] = largest;
    }
}

}  // namespace
}  // namespace featherface::kernels
