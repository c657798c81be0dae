#include "engine/operations/slice.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> Slice::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.copy_channels.name, [slice = *this, &table](const Call& call, Rows rows) {
        table.copy_channels(slice.view(call.inputs[0]), nullptr, call.output, rows);
    });
}

}  // namespace featherface::engine
