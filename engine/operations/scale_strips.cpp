#include "engine/operations/scale_strips.hpp"

namespace featherface::engine {

namespace {

// Some rows of column x, as a row.
template <class Element>
kernels::BasicMap<Element> column_of(const kernels::BasicMap<Element>& map, int x, Rows rows) {
    return {map.pixel(rows.begin, x), 1, rows.end - rows.begin, map.channels, map.width * map.pixel_stride};
}

}  // namespace

std::unique_ptr<const RowOperator> ScaleStrips::bind(std::span<const Parameter>,
                                                     const KernelTable& table) const {
    if (gate == Gate::per_row) {
        return make_row_operator(table.scale_channels.name, [&table](const Call& call, Rows rows) {
            for (int y = rows.begin; y < rows.end; ++y)
                table.scale_channels(call.inputs[0], call.inputs[1].pixel(y, 0), call.output, {y, y + 1});
        });
    }
    return make_row_operator(table.scale_channels.name, [&table](const Call& call, Rows rows) {
        for (int x = 0; x < call.output.width; ++x) {
            table.scale_channels(column_of(call.inputs[0], x, rows), call.inputs[1].pixel(0, x),
                                 column_of(call.output, x, rows), {0, 1});
        }
    });
}

}  // namespace featherface::engine
