#include "engine/operations/activation.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> Activate::bind(std::span<const Parameter>,
                                                  const KernelTable& table) const {
    return make_row_operator(table.activate.name,
                             [function = activation, &table](const Call& call, Rows rows) {
                                 table.activate(call.inputs[0], function, kLeakySlope, call.output, rows);
                             });
}

}  // namespace featherface::engine
