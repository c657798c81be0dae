#include "engine/operations/row_stats.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> RowStats::bind(std::span<const Parameter>,
                                                  const KernelTable& table) const {
    return make_row_operator(table.pool_rows.name, [&table](const Call& call, Rows rows) {
        const ConstMap& in = call.inputs[0];
        for (int y = rows.begin; y < rows.end; ++y) {
            float* const mean = call.output.pixel(y, 0);
            table.pool_rows(in, mean, mean + in.channels, {y, y + 1});
            for (int c = 0; c < in.channels; ++c) mean[c] /= static_cast<float>(in.width);
        }
    });
}

}  // namespace featherface::engine
