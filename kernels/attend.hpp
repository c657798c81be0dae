// output = activation(input * channel_gate[c] * pixel_gate[y, x] + input), or without the last term. It may
// run in place. Each product and the sum are rounded, as if scale_channels, scale_pixels and add had run one
// after the other.
#pragma once

#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

template <bool kAddsInput, Activation kActivation>
void attend_rows(const AttendArgs& args, Rows rows) {
    const auto pixel = [&](float* out, const float* in, const float* pixel_gate) FEATHERFACE_LAMBDA {
        const Vec factor = *pixel_gate;
        for_each_vector(args.output.channels, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            const Vec value = part.load(in + c);
            Vec result = value * part.load(args.channel_gate + c) * factor;
            if constexpr (kAddsInput) result += value;
            part.store(out + c, activate<kActivation>(result, Vec(0.0f)));
        });
    };
    for_each_pixel(rows, pixel, args.output, args.input, args.pixel_gate);
}

void attend(const AttendArgs& args, Rows rows) {
    const Map& output = args.output;
    FEATHERFACE_ASSERT(same_shape(args.input, output));
    FEATHERFACE_ASSERT(same_size(args.pixel_gate, output) && args.pixel_gate.channels == 1);
    FEATHERFACE_ASSERT(has_rows(args.input, rows) && has_rows(args.pixel_gate, rows));
    FEATHERFACE_ASSERT(has_rows(output, rows));
    FEATHERFACE_ASSERT(in_place_or_apart(output, args.input, rows));
    FEATHERFACE_ASSERT(are_apart(output, args.pixel_gate, rows));
    FEATHERFACE_ASSERT(args.channel_gate != nullptr);
    require(AddEpilogues{}, args.activation);
    with_activation(AddEpilogues{}, args.activation, [&](auto epilogue) FEATHERFACE_LAMBDA {
        if (args.adds_input) {
            attend_rows<true, epilogue.value>(args, rows);
        } else {
            attend_rows<false, epilogue.value>(args, rows);
        }
    });
}

}  // namespace
}  // namespace featherface::kernels
