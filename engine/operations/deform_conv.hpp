// Modulated deformable convolution (DCNv2): torchvision.ops.deform_conv2d.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/convolution.hpp"

namespace featherface::engine {

struct DeformConv {  // (x, offset, mask logits); mask = 2 * sigmoid(logits)
    static constexpr std::string_view kKind = "deform_conv";
    static constexpr bool kRowWise = true;
    ConvGeometry geometry;
    ParameterId weight = kNone, scale = kNone, bias = kNone;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<DeformConv, 3> kParameters = {&DeformConv::weight, &DeformConv::scale,
                                                                    &DeformConv::bias};

    Shape infer_shape(std::span<const Shape> inputs) const { return convolved(geometry, inputs[0]); }
    // All rows of the map, whose samples lie anywhere.
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const;
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                            WeightStore& weights) const;
};

}  // namespace featherface::engine
