// scale_pixels at one shape.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ScalePixelsCase : CaseBase {
    using Shape = MapShape;
    using Op = engine::ScalePixels;
    static constexpr auto kKernel = &KernelTable::scale_pixels;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {map_shape(node.output)};
    }

    ScalePixelsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape, shape), gate(random, shape.height, shape.width, 1, shape.other_gap) {}

    void run(const Map& out, Rows rows) const { table.scale_pixels(input.input(), gate.input(), out, rows); }
    Expected expected(int y, int x, int c) const {
        return {input.at(y, x, c) * gate.at(y, x, 0), 0};  // one rounded product
    }

    TestMap gate;
};

}  // namespace featherface::test
