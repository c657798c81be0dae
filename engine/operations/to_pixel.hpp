// A list of numbers, one per channel, as a map of one pixel: torch's view(1, C, 1, 1).
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ToPixel {  // (x of one row and column)
    static constexpr std::string_view kKind = "to_pixel";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<ToPixel, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, 1, 1, inputs[0].channels};
    }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
