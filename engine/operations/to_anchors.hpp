// A head's map seen as a list of anchors: a view, no data moves.
#pragma once

#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ToAnchors {  // (map of anchors-per-cell * values channels); one row per anchor
    static constexpr std::string_view kKind = "to_anchors";
    static constexpr bool kRowWise = false;
    int values = 0;
    static constexpr ParameterMembers<ToAnchors, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        const Shape& in = inputs[0];
        return {Shape::Kind::anchors, in.height, in.width * (in.channels / values), values};
    }
    Work work(const Extents&) const { return {}; }
    Nothing bind(std::span<const Parameter>, const KernelTable&) const { return {}; }

    // Where the view lies of a map that lies at `whole`, its pixels one behind the other.
    Placement view(Placement whole) const { return {whole.offset, values}; }
};

}  // namespace featherface::engine
