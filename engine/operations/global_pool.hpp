// Global pooling: what is left of it when each row has its statistics (RowStats).
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct GlobalPool {  // (row stats); over all pixels, gives a vector
    static constexpr std::string_view kKind = "global_pool";
    static constexpr bool kRowWise = false;
    enum class Kind { average, maximum };
    Kind kind = Kind::average;
    static constexpr ParameterMembers<GlobalPool, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::vector, 1, 1, inputs[0].channels / 2};
    }
    Work work(const Extents& extents) const { return moving_maps(extents); }
    std::unique_ptr<const WholeOperator> bind(std::span<const Parameter>, const KernelTable&) const;
};

}  // namespace featherface::engine
