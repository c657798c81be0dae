#include "engine/operations/batch_norm.hpp"

#include <cmath>
#include <utility>

namespace featherface::engine {

Work BatchNorm::work(const Extents& extents) const {
    Work work = moving_maps(extents);
    work.weight_bytes = float_bytes(2 * extents.output.channels);  // as a scale and a shift per channel
    return work;
}

std::unique_ptr<const RowOperator> BatchNorm::bind(std::span<const Parameter> parameters,
                                                   const KernelTable& table) const {
    const auto& means = values_of(parameters, mean);
    std::vector<float> scale(means.size()), shift(means.size());
    for (std::size_t c = 0; c < means.size(); ++c) {
        const double s =
            values_of(parameters, weight)[c] / std::sqrt(double{values_of(parameters, variance)[c]} + eps);
        scale[c] = static_cast<float>(s);
        shift[c] = static_cast<float>(values_of(parameters, bias)[c] - means[c] * s);
    }
    return make_row_operator(table.scale_shift.name, [scale = std::move(scale), shift = std::move(shift),
                                                      &table](const Call& call, Rows rows) {
        table.scale_shift(call.inputs[0], scale.data(), shift.data(), call.output, rows);
    });
}

}  // namespace featherface::engine
