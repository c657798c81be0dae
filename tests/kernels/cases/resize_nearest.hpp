// resize_nearest from one size to another.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ResizeShape {
    MapShape from;  // its gaps are those of both
    int height = 1;
    int width = 1;

    bool operator==(const ResizeShape&) const = default;
};
inline std::string text_of(const ResizeShape& shape) {
    return text_of(shape.from) + "/to_" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

struct ResizeNearestCase : CaseBase {
    using Shape = ResizeShape;
    using Op = engine::Resize;
    static constexpr auto kKernel = &KernelTable::resize_nearest;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {{map_shape(node.inputs[0]), node.output.height, node.output.width}};
    }

    ResizeNearestCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.from,
                   {.height = shape.height,
                    .width = shape.width,
                    .channels = shape.from.channels,
                    .out_gap = shape.from.out_gap}) {}

    void run(const Map& out, Rows rows) const { table.resize_nearest(input.input(), out, rows); }
    Expected expected(int y, int x, int c) const {
        return {input.at(y * input.map().height / output.map().height,
                         x * input.map().width / output.map().width, c),
                0};
    }
};

}  // namespace featherface::test
