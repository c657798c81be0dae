// The weighted sum of a BiFPN: "fast normalized fusion", EfficientDet (Tan, Pang and Le 2020), section 3.3.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/activation.hpp"

namespace featherface::engine {

struct WeightedSum {  // (2 or 3 maps); w[i] = relu(p[i]) / (sum over all of p of relu(p) + 1e-4)
    static constexpr std::string_view kKind = "weighted_sum";
    static constexpr bool kRowWise = true;
    ParameterId parameter = kNone;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<WeightedSum, 1> kParameters = {&WeightedSum::parameter};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                            WeightStore& weights) const;
};

}  // namespace featherface::engine
