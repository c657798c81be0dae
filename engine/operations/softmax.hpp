// Softmax over pairs: torch.nn.functional.softmax over the two classes.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct SoftmaxPairs {  // (anchors of 2 values, or the map they are a view of); over neighbouring pairs
    static constexpr std::string_view kKind = "softmax";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<SoftmaxPairs, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
