#include "engine/operations/shuffle.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> Shuffle::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.copy_channels.name, [order = source, &table](const Call& call, Rows rows) {
        table.copy_channels(call.inputs[0], order.data(), call.output, rows);
    });
}

}  // namespace featherface::engine
