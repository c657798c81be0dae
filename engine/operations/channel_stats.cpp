#include "engine/operations/channel_stats.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> ChannelStats::bind(std::span<const Parameter>,
                                                      const KernelTable& table) const {
    return make_row_operator(
        table.channel_stats.name, [maximum_first = max_first, &table](const Call& call, Rows rows) {
            const float* const gate = call.input_count == 2 ? call.inputs[1].data : nullptr;
            table.channel_stats(call.inputs[0], gate, maximum_first, call.output, rows);
        });
}

}  // namespace featherface::engine
