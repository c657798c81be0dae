// copy_channels at one shape: a plain copy, or each output channel from a channel of its own.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct CopyShape {
    MapShape map;
    std::vector<int> source;  // empty: a plain copy

    bool operator==(const CopyShape&) const = default;
};
inline std::string text_of(const CopyShape& shape) {
    return text_of(shape.map) + (shape.source.empty() ? "" : "/shuffled");
}

struct CopyChannelsCase : CaseBase {
    using Shape = CopyShape;
    using Op = engine::Shuffle;
    static constexpr auto kKernel = &KernelTable::copy_channels;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{map_shape(node.output), op.source}};
    }

    CopyChannelsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map, shape.map), source(shape.source) {}

    void run(const Map& out, Rows rows) const {
        table.copy_channels(input.input(), source.empty() ? nullptr : source.data(), out, rows);
    }
    Expected expected(int y, int x, int c) const {
        return {input.at(y, x, source.empty() ? c : source[static_cast<std::size_t>(c)]), 0};
    }

    std::vector<int> source;
};

}  // namespace featherface::test
