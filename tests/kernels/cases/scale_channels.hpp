// scale_channels at one shape.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ScaleChannelsCase : CaseBase {
    using Shape = MapShape;
    using Op = engine::ScaleChannels;
    static constexpr auto kKernel = &KernelTable::scale_channels;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {map_shape(node.output)};
    }

    ScaleChannelsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape, shape),
          gate(random.values(static_cast<std::size_t>(shape.channels))) {}

    void run(const Map& out, Rows rows) const { table.scale_channels(input.input(), gate.data(), out, rows); }
    Expected expected(int y, int x, int c) const {
        return {input.at(y, x, c) * gate[static_cast<std::size_t>(c)], 0};  // one rounded product
    }

    std::vector<float> gate;
};

}  // namespace featherface::test
