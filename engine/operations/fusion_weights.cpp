#include "engine/operations/fusion_weights.hpp"

#include <algorithm>

namespace featherface::engine {

std::vector<float> rectified(const std::vector<float>& values) {
    std::vector<float> result(values);
    for (float& value : result) value = std::max(value, 0.0f);
    return result;
}

std::unique_ptr<const WholeOperator> FusionWeights::bind(std::span<const Parameter> parameters,
                                                         const KernelTable&) const {
    return make_whole_operator(
        "", [weights = rectified(values_of(parameters, parameter))](const Call& call, ThreadPool&) {
            std::copy(weights.begin(), weights.end(), call.output.data);
        });
}

}  // namespace featherface::engine
