// activate at one shape, with one activation.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ActivateCase : CaseBase {
    using Shape = MapShape;
    using Op = engine::Activate;
    static constexpr auto kKernel = &KernelTable::activate;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {map_shape(node.output, op.activation)};
    }

    ActivateCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape, shape, -20, 20), activation(shape.activation) {}

    void run(const Map& out, Rows rows) const {
        table.activate(input.input(), activation, kSlope, out, rows);
    }
    Expected expected(int y, int x, int c) const {
        return rounded(exact_activation(activation, input.at(y, x, c), kSlope), 4);
    }

    Activation activation;
};

}  // namespace featherface::test
