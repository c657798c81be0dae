// The learnt weights of a BiFPN's sums after their ReLU: for observers, as WeightedSum holds the parameter
// itself.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct FusionWeights {  // (); relu(parameter)
    static constexpr std::string_view kKind = "fusion_weights";
    static constexpr bool kRowWise = false;
    ParameterId parameter = kNone;
    int count = 0;
    static constexpr ParameterMembers<FusionWeights, 1> kParameters = {&FusionWeights::parameter};

    Shape infer_shape(std::span<const Shape>) const { return {Shape::Kind::list, 1, 1, count}; }
    Work work(const Extents& extents) const { return {.map_bytes = float_bytes(extents.output)}; }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter> parameters, const KernelTable&,
                                              WeightStore& weights) const;
};

std::vector<float> rectified(const std::vector<float>& values);

}  // namespace featherface::engine
