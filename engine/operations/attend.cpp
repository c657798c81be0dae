#include "engine/operations/attend.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> Attend::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.attend.name, [how = *this, &table](const Call& call, Rows rows) {
        table.attend({.input = call.inputs[0],
                      .channel_gate = call.inputs[1].data,
                      .pixel_gate = call.inputs[2],
                      .adds_input = how.adds_input,
                      .activation = how.activation,
                      .output = call.output},
                     rows);
    });
}

}  // namespace featherface::engine
