// A gate of one column or of one row: each pixel's channels times those of the gate's pixel in its row, or in
// its column.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ScaleStrips {  // (x, gate)
    static constexpr std::string_view kKind = "scale_strips";
    static constexpr bool kRowWise = true;
    enum class Gate {
        per_row,    // as high as x, one column
        per_column  // as wide as x, one row
    };
    Gate gate = Gate::per_row;
    static constexpr ParameterMembers<ScaleStrips, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t input, const Extents&, Rows rows) const {
        return input == 1 && gate == Gate::per_column ? Rows{0, 1} : rows;
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
