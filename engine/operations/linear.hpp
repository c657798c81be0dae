// A fully connected layer: torch.nn.Linear.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/activation.hpp"

namespace featherface::engine {

struct Linear {  // (vector)
    static constexpr std::string_view kKind = "linear";
    static constexpr bool kRowWise = false;
    int in = 0, out = 0;
    ParameterId weight = kNone, bias = kNone;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<Linear, 2> kParameters = {&Linear::weight, &Linear::bias};

    Shape infer_shape(std::span<const Shape>) const { return {Shape::Kind::vector, 1, 1, out}; }
    Work work(const Extents& extents) const;
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                              WeightStore& weights) const;
};

}  // namespace featherface::engine
