#include "engine/operations/weighted_sum.hpp"

#include <vector>

#include "engine/operations/fusion_weights.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> WeightedSum::bind(std::span<const Parameter> parameters,
                                                     const KernelTable& table, WeightStore& weights) const {
    constexpr double kEps = 1e-4;
    const float* const factors = weights
                                     .take(count_of(parameters, parameter),
                                           [&](float* made) {
                                               const std::vector<float> positive =
                                                   rectified(values_of(parameters, parameter));
                                               double total = kEps;
                                               for (const float weight : positive) total += weight;
                                               for (const float weight : positive)
                                                   *made++ = static_cast<float>(weight / total);
                                           })
                                     .data();
    return make_row_operator(table.weighted_sum.name,
                             [factors, function = activation, &table](const Call& call, Rows rows) {
                                 table.weighted_sum({.inputs = call.inputs,
                                                     .weights = factors,
                                                     .count = call.input_count,
                                                     .activation = function,
                                                     .output = call.output},
                                                    rows);
                             });
}

}  // namespace featherface::engine
