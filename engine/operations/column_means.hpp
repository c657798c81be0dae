// The mean of each column of a map. (That of each row is the first half of RowStats.)
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ColumnMeans {  // (x); one row
    static constexpr std::string_view kKind = "column_means";
    static constexpr bool kRowWise = false;
    static constexpr ParameterMembers<ColumnMeans, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, 1, inputs[0].width, inputs[0].channels};
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
