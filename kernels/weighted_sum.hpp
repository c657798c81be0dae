// output = activation(sum over i of weights[i] * inputs[i]), maps of one shape. Products are added in the
// order given: the first is rounded, the rest are fused (where the architecture can).
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

// kCount is `args.count` where it is known at compile time, else 0. Then the inputs' places and weights are
// in registers: a store of the output might as well change what `args` points at.
template <int kCount, Activation kActivation>
void weighted_sum_of(const WeightedSumArgs& args, Rows rows) {
    const Map& output = args.output;
    const int count = kCount != 0 ? kCount : args.count;
    bool dense = output.pixel_stride == output.channels;
    for (int i = 0; i < count; ++i) dense = dense && args.inputs[i].pixel_stride == output.channels;
    const std::ptrdiff_t pixels = count_pixels(rows, output.width);
    const std::ptrdiff_t runs = dense ? 1 : pixels;
    const std::ptrdiff_t length = dense ? pixels * output.channels : output.channels;
    for (std::ptrdiff_t pixel = 0; pixel < runs; ++pixel) {
        float* const out = output.pixel(rows.begin, 0) + pixel * output.pixel_stride;
        const auto input = [&](int i) FEATHERFACE_LAMBDA {
            return args.inputs[i].pixel(rows.begin, 0) + pixel * args.inputs[i].pixel_stride;
        };
        const auto sum_run = [&](const auto& in, const auto& weights) FEATHERFACE_LAMBDA {
            for_each_vector(length, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
                Vec sum = part.load(in(0) + c) * weights(0);
                for (int i = 1; i < count; ++i) sum = fma(part.load(in(i) + c), weights(i), sum);
                part.store(out + c, activate<kActivation>(sum, Vec(0.0f)));
            });
        };
        if constexpr (kCount != 0) {
            const float* in[kCount];
            Vec weights[kCount];
            unroll<kCount>([&](auto i) FEATHERFACE_LAMBDA {
                in[i.value] = input(i.value);
                weights[i.value] = args.weights[i.value];
            });
            sum_run([&](int i) FEATHERFACE_LAMBDA { return in[i]; },
                    [&](int i) FEATHERFACE_LAMBDA { return weights[i]; });
        } else {
            sum_run(input, [&](int i) FEATHERFACE_LAMBDA { return Vec(args.weights[i]); });
        }
    }
}

FEATHERFACE_INLINE void check_weighted_sum(const WeightedSumArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(args.count > 0 && args.inputs != nullptr && args.weights != nullptr);
    FEATHERFACE_ASSERT(has_rows(args.output, rows));
    for (int i = 0; i < args.count; ++i) {
        FEATHERFACE_ASSERT(same_shape(args.inputs[i], args.output) && has_rows(args.inputs[i], rows));
        FEATHERFACE_ASSERT(are_apart(args.output, args.inputs[i], rows));
    }
    static_cast<void>(rows);
}

void weighted_sum(const WeightedSumArgs& args, Rows rows) {
    check_weighted_sum(args, rows);
    require(WeightedSumEpilogues{}, args.activation);
    with_activation(WeightedSumEpilogues{}, args.activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        if (args.count == 2) return weighted_sum_of<2, epilogue.value>(args, rows);
        if (args.count == 3) return weighted_sum_of<3, epilogue.value>(args, rows);
        weighted_sum_of<0, epilogue.value>(args, rows);
    });
}

}  // namespace
}  // namespace featherface::kernels
