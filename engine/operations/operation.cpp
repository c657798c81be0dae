#include "engine/operations/operation.hpp"

namespace featherface::engine {

std::string_view kind_of(const Operation& operation) {
    return std::visit([]<class Op>(const Op&) -> std::string_view { return Op::kKind; }, operation);
}

bool is_row_wise(const Operation& operation) {
    return std::visit([]<class Op>(const Op&) { return Op::kRowWise; }, operation);
}

Shape infer_shape(const Operation& operation, std::span<const Shape> inputs) {
    return std::visit([&](const auto& op) { return op.infer_shape(inputs); }, operation);
}

Rows input_rows(const Operation& operation, std::size_t input, const Extents& extents, Rows rows) {
    if (is_empty(rows)) return {};
    return std::visit(
        [&]<class Op>(const Op& op) {
            if constexpr (RowWise<Op>) {
                return op.input_rows(input, extents, rows);
            } else {
                return Rows{0, extents.inputs[input].height};
            }
        },
        operation);
}

Work work_of(const Operation& operation, const Extents& extents) {
    return std::visit([&](const auto& op) { return op.work(extents); }, operation);
}

BoundOperator bind(const Operation& operation, std::span<const Parameter> parameters,
                   const KernelTable& table, WeightStore& weights) {
    return std::visit(
        [&](const auto& op) -> BoundOperator { return bind_one(op, parameters, table, weights); }, operation);
}

}  // namespace featherface::engine
