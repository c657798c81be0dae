// Of each pixel the mean and the maximum over its channels, or over their products with a channel gate: what
// a spatial gate looks at.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ChannelStats {  // (x) or (x, gate vector); two channels: mean and maximum
    static constexpr std::string_view kKind = "channel_stats";
    static constexpr bool kRowWise = true;
    bool max_first = false;
    static constexpr ParameterMembers<ChannelStats, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, inputs[0].height, inputs[0].width, 2};
    }
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const {
        return input == 0 ? rows : Rows{0, extents.inputs[1].height};  // the whole gate
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
