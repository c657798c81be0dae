#include "engine/operations/batch_norm.hpp"

#include <cmath>

namespace featherface::engine {

Work BatchNorm::work(const Extents& extents) const {
    Work work = moving_maps(extents);
    work.weight_bytes = float_bytes(2 * extents.output.channels);  // as a scale and a shift per channel
    return work;
}

std::unique_ptr<const RowOperator> BatchNorm::bind(std::span<const Parameter> parameters,
                                                   const KernelTable& table, WeightStore& weights) const {
    const std::size_t channels = count_of(parameters, mean);
    const float* const scale =
        weights
            .take(2 * channels,
                  [&](float* made) {
                      const auto& means = values_of(parameters, mean);
                      for (std::size_t c = 0; c < channels; ++c) {
                          const double s = values_of(parameters, weight)[c] /
                                           std::sqrt(double{values_of(parameters, variance)[c]} + eps);
                          made[c] = static_cast<float>(s);
                          made[channels + c] =
                              static_cast<float>(values_of(parameters, bias)[c] - means[c] * s);
                      }
                  })
            .data();
    return make_row_operator(table.scale_shift.name,
                             [scale, shift = scale + channels, &table](const Call& call, Rows rows) {
                                 table.scale_shift(call.inputs[0], scale, shift, call.output, rows);
                             });
}

}  // namespace featherface::engine
