#include "engine/operations/scale_channels.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> ScaleChannels::bind(std::span<const Parameter>,
                                                       const KernelTable& table) const {
    return make_row_operator(table.scale_channels.name, [&table](const Call& call, Rows rows) {
        table.scale_channels(call.inputs[0], call.inputs[1].data, call.output, rows);
    });
}

}  // namespace featherface::engine
