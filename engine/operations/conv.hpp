// Convolution: torch.nn.Conv2d of any geometry.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/convolution.hpp"

namespace featherface::engine {

struct Conv {  // (x); the sums times `scale` (one per channel) before the bias
    static constexpr std::string_view kKind = "conv";
    static constexpr bool kRowWise = true;
    ConvGeometry geometry;
    ParameterId weight = kNone, scale = kNone, bias = kNone;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<Conv, 3> kParameters = {&Conv::weight, &Conv::scale, &Conv::bias};

    Shape infer_shape(std::span<const Shape> inputs) const { return convolved(geometry, inputs[0]); }
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const;
    Work work(const Extents& extents) const { return convolution_work(*this, extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                            WeightStore& weights) const;
};

}  // namespace featherface::engine
