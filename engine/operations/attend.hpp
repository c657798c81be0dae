// A channel gate and a pixel gate around a map, and the map added to what they let through: the end of CBAM,
// of which fuse_gates() makes one node.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/activation.hpp"

namespace featherface::engine {

struct Attend {  // (x, gate vector, gate map of one channel)
    static constexpr std::string_view kKind = "attend";
    static constexpr bool kRowWise = true;
    bool adds_input = false;
    Activation activation = Activation::none;
    static constexpr ParameterMembers<Attend, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const {
        return input == 1 ? Rows{0, extents.inputs[1].height} : rows;  // the whole gate vector
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
