// The first step of every network: the caller's picture becomes floats, a few rows at a time where it is
// computed together with what follows, so that they never exist as a whole map.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct ReadPixels {  // (input); minus the mean, see InputSource
    static constexpr std::string_view kKind = "read_pixels";
    static constexpr bool kRowWise = true;
    static constexpr ParameterMembers<ReadPixels, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
