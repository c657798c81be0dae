// Mean and maximum over the channels of each pixel, or of their products with a gate per channel, each
// rounded. The mean is a sum of kLanes partial sums, added as a tree; the trees of neighbouring pixels are
// gone through together.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

// A NaN anywhere is the maximum. Where there is none the sum is a number, unless infinities cancel: only
// where it is not is each value asked.
[[gnu::noinline]] float max_or_nan(const float* in, const float* gate, int channels) {
    float largest = -__builtin_inff();
    for (int c = 0; c < channels; ++c) largest = max_nan(largest, gate != nullptr ? in[c] * gate[c] : in[c]);
    return largest;
}

template <bool kGated>
void channel_stats_rows(ConstMap input, const float* gate, bool max_first, Map output, Rows rows) {
    const int channels = input.channels;
    const int whole = channels / kLanes * kLanes;
    const std::ptrdiff_t in_step = input.pixel_stride, out_step = output.pixel_stride;
    // kCount neighbouring pixels.
    const auto pixels = [&](auto count, float* out, const float* in) FEATHERFACE_LAMBDA {
        constexpr int kCount = count.value;
        Vec sums[kCount], maxima[kCount];
        unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA {
            sums[i.value] = Vec(0.0f);
            maxima[i.value] = Vec(-__builtin_inff());
        });
        for (int c = 0; c < whole; c += kLanes) {
            const Vec factor = kGated ? load(gate + c) : Vec(1.0f);
            unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA {
                Vec v = load(in + i.value * in_step + c);
                if constexpr (kGated) v = v * factor;
                sums[i.value] += v;
                maxima[i.value] = max_or_second(v, maxima[i.value]);
            });
        }
        float totals[kLanes], largest[kLanes];
        const auto sum = [](Vec a, Vec b) FEATHERFACE_LAMBDA { return a + b; };
        const auto larger = [](Vec a, Vec b) FEATHERFACE_LAMBDA { return max_or_second(b, a); };
        if constexpr (kCount == kPerReduction) {
            store(totals, reduce_each(sums, sum));
            store(largest, reduce_each(maxima, larger));
        } else {
            static_assert(kCount == 1);
            totals[0] = reduce_lanes(sums[0], sum);
            largest[0] = reduce_lanes(maxima[0], larger);
        }
        for (int i = 0; i < kCount; ++i) {
            const float* const values = in + i * in_step;
            float* const stats = out + i * out_step;
            float total = totals[4 * i], maximum = largest[4 * i];
            for (int c = whole; c < channels; ++c) {
                const float value = kGated ? values[c] * gate[c] : values[c];
                total += value;
                maximum = maximum > value ? maximum : value;
            }
            if (total != total) maximum = max_or_nan(values, kGated ? gate : nullptr, channels);
            stats[max_first ? 1 : 0] = total / static_cast<float>(channels);
            stats[max_first ? 0 : 1] = maximum;
        }
    };
    const std::ptrdiff_t all = count_pixels(rows, output.width), together = all / kPerReduction;
    const std::ptrdiff_t done = together * kPerReduction;
    const auto several = [&](float* out, const float* in)
                             FEATHERFACE_LAMBDA { pixels(Index<kPerReduction>{}, out, in); };
    const auto one = [&](float* out, const float* in) FEATHERFACE_LAMBDA { pixels(Index<1>{}, out, in); };
    float* const out = output.pixel(rows.begin, 0);
    const float* const in = input.pixel(rows.begin, 0);
    walk(together, several, Cursor<float>{out, kPerReduction * out_step},
         Cursor<const float>{in, kPerReduction * in_step});
    if (done == all) return;
    walk(all - done, one, Cursor<float>{out + done * out_step, out_step},
         Cursor<const float>{in + done * in_step, in_step});
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
