// add at one shape.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct AddCase : CaseBase {
    using Shape = MapShape;
    using Op = engine::Add;
    static constexpr auto kKernel = &KernelTable::add;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {map_shape(node.output, op.activation)};
    }

    AddCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape, shape),
          other(random, shape.height, shape.width, shape.channels, shape.other_gap),
          activation(shape.activation) {}

    void run(const Map& out, Rows rows) const {
        table.add(input.input(), other.input(), activation, out, rows);
    }
    Expected expected(int y, int x, int c) const {
        const double sum = static_cast<double>(input.at(y, x, c)) + other.at(y, x, c);
        return rounded(exact_activation(activation, sum, 0), 1.001);
    }
    double bytes() const { return CaseBase::bytes() + sizeof(float) * floats_of(other); }

    TestMap other;
    Activation activation;
};

}  // namespace featherface::test
