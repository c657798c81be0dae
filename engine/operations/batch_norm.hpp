// torch.nn.BatchNorm2d in eval mode.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct BatchNorm {  // (x)
    static constexpr std::string_view kKind = "batch_norm";
    static constexpr bool kRowWise = true;
    ParameterId weight = kNone, bias = kNone, mean = kNone, variance = kNone;
    double eps = 1e-5;
    static constexpr ParameterMembers<BatchNorm, 4> kParameters = {&BatchNorm::weight, &BatchNorm::bias,
                                                                   &BatchNorm::mean, &BatchNorm::variance};

    Shape infer_shape(std::span<const Shape> inputs) const { return inputs[0]; }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                            WeightStore& weights) const;
};

}  // namespace featherface::engine
