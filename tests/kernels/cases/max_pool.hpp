// max_pool at one shape, with one padding.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct MaxPoolShape {
    MapShape map;  // of the input
    bool padding_takes_part = false;

    bool operator==(const MaxPoolShape&) const = default;
};
inline std::string text_of(const MaxPoolShape& shape) {
    return text_of(shape.map) + (shape.padding_takes_part ? "/zeros" : "");
}

struct MaxPoolCase : CaseBase {
    using Shape = MaxPoolShape;
    using Op = engine::MaxPool;
    static constexpr auto kKernel = &KernelTable::max_pool;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{map_shape(node.inputs[0]), op.padding == Op::Padding::same_with_zeros}};
    }

    MaxPoolCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map,
                   {.height = (shape.map.height + 1) / 2,
                    .width = (shape.map.width + 1) / 2,
                    .channels = shape.map.channels,
                    .out_gap = shape.map.out_gap},
                   -2, 0.2f),
          pad_top(shape.padding_takes_part ? same_pad(shape.map.height) : 1),
          pad_left(shape.padding_takes_part ? same_pad(shape.map.width) : 1),
          pad_value(shape.padding_takes_part ? 0 : -kInfinity) {}

    // The cells before, of TensorFlow's "same" padding: the smaller half.
    static int same_pad(int extent) { return (((extent + 1) / 2 - 1) * 2 - extent + 3) / 2; }

    void run(const Map& out, Rows rows) const {
        table.max_pool({input.input(), out, pad_top, pad_left, pad_value}, rows);
    }
    Expected expected(int y, int x, int c) const {
        float largest = -kInfinity;
        for (int iy = 2 * y - pad_top; iy < 2 * y - pad_top + 3; ++iy) {
            for (int ix = 2 * x - pad_left; ix < 2 * x - pad_left + 3; ++ix) {
                const bool inside = iy >= 0 && iy < input.map().height && ix >= 0 && ix < input.map().width;
                largest = std::max(largest, inside ? input.at(iy, ix, c) : pad_value);
            }
        }
        return {largest, 0};
    }

    int pad_top;
    int pad_left;
    float pad_value;
};

}  // namespace featherface::test
