#include "engine/operations/resize.hpp"

namespace featherface::engine {

Rows Resize::input_rows(std::size_t input, const Extents& extents, Rows rows) const {
    if (input == 1) return {};
    const std::int64_t in_height = extents.inputs[0].height;
    const auto source = [&](int y) { return static_cast<int>(y * in_height / extents.output.height); };
    return {source(rows.begin), source(rows.end - 1) + 1};
}

Work Resize::work(const Extents& extents) const {
    return {.map_bytes = float_bytes(extents.inputs[0]) + float_bytes(extents.output)};
}

std::unique_ptr<const RowOperator> Resize::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.resize_nearest.name, [&table](const Call& call, Rows rows) {
        table.resize_nearest(call.inputs[0], call.output, rows);
    });
}

}  // namespace featherface::engine
