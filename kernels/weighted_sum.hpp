// output = activation(sum over i of weights[i] * inputs[i]), two or three maps of one shape (any count from 1
// works, a pixel at a time). Products are added in the order given; the first is rounded, the rest are fused.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

template <class E, class Part>
FEATHERFACE_INLINE void weighted_sum_vector(const WeightedSumArgs& args, std::ptrdiff_t pixel,
                                            std::ptrdiff_t c, float* out, E, Part part) {
    Vec sum(0.0f);
    for (int i = 0; i < args.count; ++i) {
        const ConstMap& input = args.inputs[i];
        const Vec value = part.load(input.pixel(0, 0) + pixel * input.pixel_stride + c);
        const Vec weight(args.weights[i]);
        sum = i == 0 ? value * weight : fma(value, weight, sum);
    }
    part.store(out + c, activate<E::value>(sum, Vec(0.0f)));
}

void weighted_sum(const WeightedSumArgs& args, Rows rows) {
    const Map& output = args.output;
    bool dense = output.pixel_stride == output.channels;
    for (int i = 0; i < args.count; ++i) dense = dense && args.inputs[i].pixel_stride == output.channels;
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(rows.begin) * output.width;
    const std::ptrdiff_t pixels = static_cast<std::ptrdiff_t>(rows.end - rows.begin) * output.width;
    const std::ptrdiff_t runs = dense ? 1 : pixels;
    const std::ptrdiff_t length = dense ? pixels * output.channels : output.channels;
    with_activation(args.activation, [&](auto epilogue) {
        for (std::ptrdiff_t run = 0; run < runs; ++run) {
            float* out = output.pixel(0, 0) + (first + run) * output.pixel_stride;
            for_each_vector(length, [&](std::ptrdiff_t c, auto part) {
                weighted_sum_vector(args, first + run, c, out, epilogue, part);
            });
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
