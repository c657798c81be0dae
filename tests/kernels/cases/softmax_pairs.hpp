// softmax_pairs over some pairs, a row of the output each; it begins as the input.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct PairsShape {
    int pairs = 1;

    bool operator==(const PairsShape&) const = default;
};
inline std::string text_of(const PairsShape& shape) {
    return std::to_string(shape.pairs);
}

struct SoftmaxPairsCase : CaseBase {
    using Shape = PairsShape;
    using Op = engine::SoftmaxPairs;
    static constexpr auto kKernel = &KernelTable::softmax_pairs;
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        return {{static_cast<int>(node.output.elements() / 2)}};
    }

    SoftmaxPairsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, {.height = shape.pairs, .channels = 2},
                   {.height = shape.pairs, .channels = 2}, -12, 12) {
        prepare({0, shape.pairs});
    }

    void prepare(Rows rows) {
        for (int i = rows.begin; i < rows.end; ++i) {
            for (const int c : {0, 1}) output.at(i, 0, c) = input.at(i, 0, c);
        }
    }
    void run(const Map& out, Rows rows) const { table.softmax_pairs(out.data, rows); }
    Expected expected(int i, int, int c) const {
        const double mine = input.at(i, 0, c), other = input.at(i, 0, 1 - c);
        const double probability = 1 / (1 + std::exp(other - mine));
        // The difference of the logits is rounded, and exp turns that into a relative error.
        return {probability, (4 + std::abs(other - mine)) * kUnitRoundoff * probability};
    }
};

}  // namespace featherface::test
