// What kernels ask of the maps they are given, as conditions for FEATHERFACE_ASSERT.
#pragma once

#include "kernels/assert.hpp"
#include "kernels/simd_math.hpp"

namespace featherface::kernels {
namespace {

// A well-formed map, or band of one, that has the rows in memory, as far as a map can tell: nothing says how
// many rows a band has.
template <class Element>
FEATHERFACE_INLINE bool has_rows(const BasicMap<Element>& map, Rows rows) {
    return map.data != nullptr && map.width > 0 && map.channels > 0 && map.pixel_stride >= map.channels &&
           map.first_row >= 0 && map.first_row <= rows.begin && rows.begin <= rows.end &&
           rows.end <= map.height;
}

template <class A, class B>
FEATHERFACE_INLINE bool same_size(const BasicMap<A>& a, const BasicMap<B>& b) {
    return a.height == b.height && a.width == b.width;
}
template <class A, class B>
FEATHERFACE_INLINE bool same_shape(const BasicMap<A>& a, const BasicMap<B>& b) {
    return same_size(a, b) && a.channels == b.channels;
}

FEATHERFACE_INLINE bool ranges_apart(const float* a, std::ptrdiff_t a_floats, const float* b,
                                     std::ptrdiff_t b_floats) {
    const auto a_address = reinterpret_cast<std::uintptr_t>(a),
               b_address = reinterpret_cast<std::uintptr_t>(b);
    const auto bytes = [](std::ptrdiff_t floats) {
        return static_cast<std::uintptr_t>(floats) * sizeof(float);
    };
    return a_address + bytes(a_floats) <= b_address || b_address + bytes(b_floats) <= a_address;
}

// No float of the output's rows is one of the input's. Slices of one wider map lie between one another.
FEATHERFACE_INLINE bool are_apart(const Map& output, Rows output_rows, const ConstMap& input,
                                  Rows input_rows) {
    const auto floats = [](const auto& map, Rows rows) {
        const std::ptrdiff_t pixels = static_cast<std::ptrdiff_t>(rows.end - rows.begin) * map.width;
        return pixels == 0 ? 0 : (pixels - 1) * map.pixel_stride + map.channels;
    };
    const float* const out = output.pixel(output_rows.begin, 0);
    const float* const in = input.pixel(input_rows.begin, 0);
    if (ranges_apart(out, floats(output, output_rows), in, floats(input, input_rows))) return true;
    if (output.pixel_stride != input.pixel_stride) return false;
    const auto stride = static_cast<std::intptr_t>(output.pixel_stride);
    const auto bytes = reinterpret_cast<std::intptr_t>(in) - reinterpret_cast<std::intptr_t>(out);
    const auto distance = bytes / static_cast<std::intptr_t>(sizeof(float)) % stride;
    const auto behind = (distance + stride) % stride;  // floats from an output pixel to the next input pixel
    return behind >= output.channels && behind + input.channels <= stride;
}
FEATHERFACE_INLINE bool are_apart(const Map& output, const ConstMap& input, Rows rows) {
    return are_apart(output, rows, input, rows);
}

// The output is the input itself, or apart from it.
FEATHERFACE_INLINE bool in_place_or_apart(const Map& output, const ConstMap& input, Rows rows) {
    const bool in_place = output.pixel_stride == input.pixel_stride &&
                          output.pixel(rows.begin, 0) == input.pixel(rows.begin, 0);
    return in_place || are_apart(output, input, rows);
}

// The input rows whose values the given output rows depend on, cut to the map.
FEATHERFACE_INLINE Rows window_rows(Rows rows, int stride, int pad, int kernel, int height) {
    if (rows.begin == rows.end) return {};
    const int begin = max_of(rows.begin * stride - pad, 0);
    const int end = min_of((rows.end - 1) * stride - pad + kernel, height);
    return {min_of(begin, height), max_of(end, min_of(begin, height))};
}

FEATHERFACE_INLINE bool is_geometry(const ConvGeometry& g) {
    return g.in_channels > 0 && g.out_channels > 0 && g.kernel > 0 && g.stride > 0 && g.pad >= 0 &&
           g.groups > 0 && g.in_channels % g.groups == 0 && g.out_channels % g.groups == 0;
}

FEATHERFACE_INLINE bool is_output_size(const ConvGeometry& g, const ConstMap& input, const Map& output) {
    return output.height == (input.height + 2 * g.pad - g.kernel) / g.stride + 1 &&
           output.width == (input.width + 2 * g.pad - g.kernel) / g.stride + 1;
}

// leaky_relu takes the larger of a value and its product with the slope.
FEATHERFACE_INLINE bool is_slope(Activation activation, float slope) {
    return activation != Activation::leaky_relu || (slope > 0 && slope <= 1);
}

// What every plain convolution asks for, of a kernel that works in blocks of so many output rows, and of its
// input if that is in memory.
FEATHERFACE_INLINE void check_conv(const ConvArgs& args, Rows rows, int rows_per_block,
                                   bool in_memory = true) {
    const ConvGeometry& g = args.geometry;
    const Rows blocks = {rows.begin / rows_per_block * rows_per_block,
                         min_of(divide_up(rows.end, rows_per_block) * rows_per_block, args.output.height)};
    [[maybe_unused]] const Rows input_rows =
        window_rows(rows.begin == rows.end ? rows : blocks, g.stride, g.pad, g.kernel, args.input.height);
    FEATHERFACE_ASSERT(is_geometry(g));
    FEATHERFACE_ASSERT(args.input.channels == g.in_channels && args.output.channels == g.out_channels);
    FEATHERFACE_ASSERT(is_output_size(g, args.input, args.output));
    FEATHERFACE_ASSERT(has_rows(args.output, rows));
    FEATHERFACE_ASSERT(!in_memory || has_rows(args.input, input_rows));
    FEATHERFACE_ASSERT(!in_memory || are_apart(args.output, rows, args.input, input_rows));
    FEATHERFACE_ASSERT(args.weights != nullptr);
    require(ConvEpilogues{}, args.activation);
    FEATHERFACE_ASSERT(is_slope(args.activation, args.slope));
}

}  // namespace
}  // namespace featherface::kernels
