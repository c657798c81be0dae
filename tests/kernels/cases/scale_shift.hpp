// scale_shift at one shape.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ScaleShiftCase : CaseBase {
    using Shape = MapShape;
    using Op = engine::BatchNorm;
    static constexpr auto kKernel = &KernelTable::scale_shift;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {map_shape(node.output)};
    }

    ScaleShiftCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape, shape),
          scale(random.values(static_cast<std::size_t>(shape.channels))),
          shift(random.values(static_cast<std::size_t>(shape.channels))) {}

    void run(const Map& out, Rows rows) const {
        table.scale_shift(input.input(), scale.data(), shift.data(), out, rows);
    }
    Expected expected(int y, int x, int c) const {
        const auto channel = static_cast<std::size_t>(c);
        const double product = static_cast<double>(input.at(y, x, c)) * scale[channel];
        // One rounding, or, without a fused multiply-add, another of a product that is below 1.
        return rounded(product + shift[channel], 1.001, table.lanes == 4 ? 2 : 0);
    }

    std::vector<float> scale;
    std::vector<float> shift;
};

}  // namespace featherface::test
