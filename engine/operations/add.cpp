#include "engine/operations/add.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> Add::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.add.name, [function = activation, &table](const Call& call, Rows rows) {
        table.add(call.inputs[0], call.inputs[1], function, call.output, rows);
    });
}

}  // namespace featherface::engine
