// A channel shuffle, or any other order of a map's channels.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct Shuffle {  // (x); output channel i = input channel source[i]
    static constexpr std::string_view kKind = "shuffle";
    static constexpr bool kRowWise = true;
    std::vector<int> source;  // one entry per channel
    static constexpr ParameterMembers<Shuffle, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
