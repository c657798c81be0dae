// A case is a kernel at one shape: its inputs, the call, and what the call must give. There is one kind of
// case per kernel, in a file of the kernel's name; its tests check it at awkward shapes and at the networks',
// and bench_kernels times it at the networks'. A kind of case has:
// - Shape, what a test may vary, with text_of(shape) and ==;
// - kKernel, the kernel, as the table's member;
// - Op, the operation of a graph that uses the kernel, and shapes_of(op, node), the shapes at which it may;
// - suits(table, shape), whether this kernel of the table is the one to be used there;
// - output, a map; prepare(rows) is called before run(output, rows);
// - expected(y, x, c), an element of the output and how far off it may be;
// - flops() and bytes(), the work of all rows: a multiply-add is two, each float is moved once.
#pragma once

#include <string>

#include "kernels/kernel_list.hpp"
#include "tests/kernels/cases/activation.hpp"
#include "tests/kernels/cases/network_shapes.hpp"
#include "tests/kernels/test_map.hpp"

namespace featherface::test {

constexpr float kSlope = 0.1f;  // of leaky_relu

// Maps of one shape, dense or slices of wider maps.
struct MapShape {
    int height = 1;
    int width = 1;
    int channels = 1;
    int gap = 0;        // floats between a pixel of the input and the next
    int other_gap = 0;  // the same of a second input
    int out_gap = 0;    // the same of the output
    Activation activation = Activation::none;

    bool operator==(const MapShape&) const = default;
};

inline std::string text_of_size(int channels, int height, int width) {
    return std::to_string(channels) + "/" + std::to_string(height) + "x" + std::to_string(width);
}

inline std::string text_of(const MapShape& shape) {
    std::string text = text_of_size(shape.channels, shape.height, shape.width);
    if (shape.activation != Activation::none) text += std::string("/") + kernels::name_of(shape.activation);
    for (const int gap : {shape.gap, shape.other_gap, shape.out_gap}) {
        if (gap != 0) text += "/gap" + std::to_string(gap);
    }
    return text;
}

inline MapShape map_shape(const engine::Shape& shape, Activation activation = Activation::none) {
    return {
        .height = shape.height, .width = shape.width, .channels = shape.channels, .activation = activation};
}

inline double floats_of(const TestMap& map) {
    return static_cast<double>(map.map().height) * map.map().width * map.map().channels;
}

// What cases have in common: an input, an output, random values, and answers that most of them give.
struct CaseBase {
    CaseBase(const KernelTable& kernel_table, const MapShape& input_shape, const MapShape& output_shape,
             float low = -1, float high = 1)
        : table(kernel_table),
          random(static_cast<unsigned>(input_shape.channels * 131 + input_shape.height * 17 +
                                       input_shape.width)),
          input(random, input_shape.height, input_shape.width, input_shape.channels, input_shape.gap, low,
                high),
          output(output_shape.height, output_shape.width, output_shape.channels, output_shape.out_gap) {}

    void prepare(Rows) {}
    bool kept_to_its_memory() const { return true; }  // beyond the output, whose guards are looked at anyway
    double flops() const { return 0; }
    double bytes() const { return sizeof(float) * (floats_of(input) + floats_of(output)); }
    template <class Shape>
    static bool suits(const KernelTable&, const Shape&) {
        return true;
    }

    const KernelTable& table;
    Random random;
    TestMap input;
    TestMap output;
};

// Within `ulps` roundings of the exact value.
inline Expected rounded(double value, double ulps, double magnitude = 0) {
    return {value, ulps * kUnitRoundoff * std::max(std::abs(value), magnitude)};
}

}  // namespace featherface::test
