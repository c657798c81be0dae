// Maps side by side along channels; anchors (equal values each) one after another.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct Concat {  // (maps or anchors...)
    static constexpr std::string_view kKind = "concat";
    static constexpr bool kRowWise = false;
    static constexpr ParameterMembers<Concat, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const;
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter>, const KernelTable& table) const;

    // Where each input lies in a value that lies at `whole`. An input that is written there needs no copy.
    std::vector<Placement> parts(std::span<const Shape> inputs, Placement whole) const;
};

}  // namespace featherface::engine
