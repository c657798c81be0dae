// Sum and maximum of each channel over the pixels of some rows. Each row is summed in four interleaved
// chains, then added to the total: a shorter path of roundings than one chain over all pixels.
#pragma once

#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

void pool_rows(ConstMap input, float* sum, float* maximum, Rows rows) {
    FEATHERFACE_ASSERT(has_rows(input, rows));
    FEATHERFACE_ASSERT(sum != nullptr && maximum != nullptr);
    FEATHERFACE_ASSERT(ranges_apart(sum, input.channels, maximum, input.channels));
    constexpr int kChains = 4;
    const std::ptrdiff_t step = input.pixel_stride;
    for_each_vector(input.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
        part.store(sum + c, Vec(0.0f));
        part.store(maximum + c, Vec(-__builtin_inff()));
    });
    for (int y = rows.begin; y < rows.end; ++y) {
        for_each_vector(input.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            const float* const in = input.pixel(y, 0) + c;
            Vec sums[kChains] = {Vec(0.0f), Vec(0.0f), Vec(0.0f), Vec(0.0f)};
            Vec largest[kChains];
            unroll<kChains>([&](auto i) FEATHERFACE_LAMBDA { largest[i.value] = part.load(maximum + c); });
            std::ptrdiff_t at = 0;
            int x = 0;
            for (; x + kChains <= input.width; x += kChains, at += kChains * step) {
                const float* const first = in + at;
                unroll<kChains>([&](auto i) FEATHERFACE_LAMBDA {
                    const Vec v = part.load(first + i.value * step);
                    sums[i.value] += v;
                    largest[i.value] = max_nan(largest[i.value], v);
                });
            }
            for (; x < input.width; ++x, at += step) {
                const Vec v = part.load(in + at);
                sums[0] += v;
                largest[0] = max_nan(largest[0], v);
            }
            part.store(sum + c, part.load(sum + c) + ((sums[0] + sums[1]) + (sums[2] + sums[3])));
            part.store(maximum + c,
                       max_nan(max_nan(largest[0], largest[1]), max_nan(largest[2], largest[3])));
        });
    }
}

}  // namespace
}  // namespace featherface::kernels
