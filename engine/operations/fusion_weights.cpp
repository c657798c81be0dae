#include "engine/operations/fusion_weights.hpp"

#include <algorithm>

namespace featherface::engine {

std::vector<float> rectified(const std::vector<float>& values) {
    std::vector<float> result(values);
    for (float& value : result) value = std::max(value, 0.0f);
    return result;
}

std::unique_ptr<const WholeOperator> FusionWeights::bind(std::span<const Parameter> parameters,
                                                         const KernelTable&, WeightStore& weights) const {
    const std::span<const float> positive = weights.take(count_of(parameters, parameter), [&](float* made) {
        std::ranges::copy(rectified(values_of(parameters, parameter)), made);
    });
    return make_whole_operator("", [positive](const Call& call, ThreadPool&, int) {
        std::ranges::copy(positive, call.output.data);
    });
}

}  // namespace featherface::engine
