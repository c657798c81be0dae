#include "engine/operations/scale_pixels.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> ScalePixels::bind(std::span<const Parameter>,
                                                     const KernelTable& table) const {
    return make_row_operator(table.scale_pixels.name, [&table](const Call& call, Rows rows) {
        table.scale_pixels(call.inputs[0], call.inputs[1], call.output, rows);
    });
}

}  // namespace featherface::engine
