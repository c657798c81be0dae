// A channel gate: each channel of a map times a number of its own.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ScaleChannels {  // (x, gate vector)
    static constexpr std::string_view kKind = "scale_channels";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<ScaleChannels, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const {
        return input == 0 ? rows : Rows{0, extents.inputs[1].height};  // the whole gate
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
