#include "engine/operations/weighted_sum.hpp"

#include <utility>
#include <vector>

#include "engine/operations/fusion_weights.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> WeightedSum::bind(std::span<const Parameter> parameters,
                                                     const KernelTable& table) const {
    constexpr double kEps = 1e-4;
    std::vector<float> weights = rectified(values_of(parameters, parameter));
    double total = kEps;
    for (const float weight : weights) total += weight;
    for (float& weight : weights) weight = static_cast<float>(weight / total);
    return make_row_operator(table.weighted_sum.name, [weights = std::move(weights), function = activation,
                                                       &table](const Call& call, Rows rows) {
        table.weighted_sum({.inputs = call.inputs,
                            .weights = weights.data(),
                            .count = call.input_count,
                            .activation = function,
                            .output = call.output},
                           rows);
    });
}

}  // namespace featherface::engine
