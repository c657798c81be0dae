// A convolution along the channels: torch.nn.Conv1d with one filter, padded by half of it, over a vector.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ChannelConv {  // (vector); y[c] = sum over k of weight[k] * x[c + k - kernel / 2], 0 beyond both ends
    static constexpr std::string_view kKind = "channel_conv";
    static constexpr bool kRowWise = false;
    int kernel = 3;  // odd
    ParameterId weight = kNone;
    static constexpr ParameterMembers<ChannelConv, 1> kParameters = {&ChannelConv::weight};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::row, 1, 1, inputs[0].channels};
    }
    Work work(const Extents& extents) const;
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter> parameters, const KernelTable&,
                                              WeightStore& weights) const;
};

}  // namespace featherface::engine
