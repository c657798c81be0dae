// pool_rows over some rows of a map. The output is a map of two pixels: the sums and the maxima.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct PoolRowsShape {
    MapShape map;
    int begin = 0;
    int end = 1;

    bool operator==(const PoolRowsShape&) const = default;
};
inline std::string text_of(const PoolRowsShape& shape) {
    return text_of(shape.map) + "/rows" + std::to_string(shape.begin) + "-" + std::to_string(shape.end);
}

struct PoolRowsCase : CaseBase {
    using Shape = PoolRowsShape;
    using Op = engine::RowStats;
    static constexpr auto kKernel = &KernelTable::pool_rows;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {{map_shape(node.inputs[0]), 0, node.inputs[0].height}};
    }

    PoolRowsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map, {.height = 1, .width = 2, .channels = shape.map.channels}, -2, 1),
          pooled{shape.begin, shape.end} {}

    void run(const Map& out, Rows) const {
        table.pool_rows(input.input(), out.pixel(0, 0), out.pixel(0, 1), pooled);
    }
    Expected expected(int, int x, int c) const {
        double sum = 0, magnitude = 0;
        float largest = -kInfinity;
        for (int y = pooled.begin; y < pooled.end; ++y) {
            for (int column = 0; column < input.map().width; ++column) {
                sum += input.at(y, column, c);
                magnitude += std::abs(input.at(y, column, c));
                largest = std::max(largest, input.at(y, column, c));
            }
        }
        const int pixels = (pooled.end - pooled.begin) * input.map().width;
        return x == 0 ? Expected{sum, pixels * kUnitRoundoff * magnitude} : Expected{largest, 0};
    }

    Rows pooled;
};

}  // namespace featherface::test
