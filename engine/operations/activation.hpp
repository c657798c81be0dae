// Activations: steps of their own, and what the epilogue of another operation may apply.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

using kernels::Activation;

constexpr float kLeakySlope = 0.1f;  // the only slope these networks have

struct Activate {  // (x)
    static constexpr std::string_view kKind = "activation";
    static constexpr bool kRowWise = true;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<Activate, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
