// Max pooling with a window of 3x3 and a stride of 2.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct MaxPool {  // (x)
    static constexpr std::string_view kKind = "max_pool";
    static constexpr bool kRowWise = true;
    enum class Padding {
        same_with_zeros,  // TensorFlow "same": zeros that take part in the maximum
        one               // one cell on every side that never wins
    };
    Padding padding = Padding::one;
    static constexpr ParameterMembers<MaxPool, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const;
    Rows input_rows(std::size_t, const Extents& extents, Rows rows) const;
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;
};

}  // namespace featherface::engine
