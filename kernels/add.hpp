// output = activation(a + b). The output may be a or b.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

void add(ConstMap a, ConstMap b, Activation activation, Map output, Rows rows) {
    const Runs runs = pixel_runs(rows, output, a, b);
    with_activation<Activation::none, Activation::relu>(activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        const float* left = a.pixel(rows.begin, 0);
        const float* right = b.pixel(rows.begin, 0);
        float* out = output.pixel(rows.begin, 0);
        for (std::ptrdiff_t i = 0; i < runs.count; ++i) {
            for_each_vector(runs.length, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                const Vec sum = part.load(left + c) + part.load(right + c);
                part.store(out + c, activate<decltype(epilogue)::value>(sum, Vec(0.0f)));
            });
            left += a.pixel_stride;
            right += b.pixel_stride;
            out += output.pixel_stride;
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
