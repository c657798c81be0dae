// weighted_sum of some maps of one shape.
#pragma once

#include <array>

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct WeightedSumShape {
    MapShape map;
    int count = 2;

    bool operator==(const WeightedSumShape&) const = default;
};
inline std::string text_of(const WeightedSumShape& shape) {
    return text_of(shape.map) + "/" + std::to_string(shape.count) + "_maps";
}

struct WeightedSumCase : CaseBase {
    using Shape = WeightedSumShape;
    using Op = engine::WeightedSum;
    static constexpr auto kKernel = &KernelTable::weighted_sum;
    static constexpr std::array<float, 4> kWeights = {0.25f, -0.5f, 0.125f, 3.0f};
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{map_shape(node.output, op.activation), static_cast<int>(node.inputs.size())}};
    }

    WeightedSumCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map, shape.map),
          other(random, shape.map.height, shape.map.width, shape.map.channels, shape.map.other_gap),
          count(shape.count),
          activation(shape.map.activation) {}

    // There are no more than the weights; the maps alternate.
    std::array<ConstMap, kWeights.size()> inputs() const {
        return {input.input(), other.input(), other.input(), input.input()};
    }
    void run(const Map& out, Rows rows) const {
        table.weighted_sum({inputs().data(), kWeights.data(), count, activation, out}, rows);
    }
    Expected expected(int y, int x, int c) const {
        double sum = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            sum += static_cast<double>(inputs()[i].pixel(y, x)[c]) * kWeights[i];
        }
        return rounded(exact_activation(activation, sum, 0), 8, 4);
    }
    double bytes() const { return sizeof(float) * (count * floats_of(input) + floats_of(output)); }

    TestMap other;
    int count;
    Activation activation;
};

}  // namespace featherface::test
