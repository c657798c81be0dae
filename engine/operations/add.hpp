// The sum of two values.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/activation.hpp"

namespace featherface::engine {

struct Add {  // (a, b)
    static constexpr std::string_view kKind = "add";
    static constexpr bool kRowWise = true;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<Add, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
