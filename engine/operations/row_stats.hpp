// Statistics of each row of a map: the part of global pooling that can be done where the rows are made.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct RowStats {  // (x); one column: of each row and channel the mean, then of each the maximum
    static constexpr std::string_view kKind = "row_stats";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<RowStats, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, inputs[0].height, 1, 2 * inputs[0].channels};
    }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
