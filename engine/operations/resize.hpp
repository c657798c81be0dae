// Nearest-neighbour resizing: torch.nn.functional.interpolate in its default mode.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct Resize {  // (x, like); to the height and width of `like`
    static constexpr std::string_view kKind = "resize";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<Resize, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, inputs[1].height, inputs[1].width, inputs[0].channels};
    }
    // Of `like` no row is needed: only its extent matters.
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const;
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
