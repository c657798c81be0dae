#include "engine/operations/to_pixel.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> ToPixel::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.copy_channels.name, [&table](const Call& call, Rows rows) {
        table.copy_channels(call.inputs[0], nullptr, call.output, rows);
    });
}

}  // namespace featherface::engine
