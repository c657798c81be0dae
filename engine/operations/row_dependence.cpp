#include "engine/operations/row_dependence.hpp"

#include <algorithm>

namespace featherface::engine {

bool is_row_wise(const Operation& operation) {
    return !(std::holds_alternative<Input>(operation) || std::holds_alternative<FusionWeights>(operation) ||
             std::holds_alternative<GlobalPool>(operation) || std::holds_alternative<Linear>(operation) ||
             std::holds_alternative<Concat>(operation) || std::holds_alternative<ToAnchors>(operation) ||
             std::holds_alternative<Strips>(operation) || std::holds_alternative<StripsOutput>(operation));
}

bool reads_all_rows(const Operation& operation, int input) {
    return std::holds_alternative<DeformConv>(operation) && input == 0;
}

int pool_padding(MaxPool::Padding padding, int extent) {
    if (padding == MaxPool::Padding::one) return 1;
    const int total = ((extent + 1) / 2 - 1) * 2 - extent + 3;
    return total / 2;
}

Rows input_rows(const Operation& operation, int input, const Shape& in, const Shape& out, Rows rows) {
    if (rows.begin >= rows.end) return {};
    const Rows all{0, in.height};
    const auto window = [&](int stride, int pad, int kernel) -> Rows {
        return {std::max(rows.begin * stride - pad, 0),
                std::min((rows.end - 1) * stride - pad + kernel, in.height)};
    };
    if (reads_all_rows(operation, input)) return all;
    if (const auto* conv = std::get_if<Conv>(&operation)) {
        if (kernels::suits_winograd(conv->geometry)) {
            const int block = kernels::kWinogradRows;
            rows = {rows.begin / block * block, std::min((rows.end + block - 1) / block * block, out.height)};
        }
        return window(conv->geometry.stride, conv->geometry.pad, conv->geometry.kernel);
    }
    if (const auto* pool = std::get_if<MaxPool>(&operation)) {
        return window(2, pool_padding(pool->padding, in.height), 3);
    }
    if (std::holds_alternative<Resize>(operation)) {
        if (input == 1) return {};  // only its size matters
        const auto source = [&](int y) { return static_cast<int>(std::int64_t{y} * in.height / out.height); };
        return {source(rows.begin), source(rows.end - 1) + 1};
    }
    if (in.kind == Shape::Kind::vector) return all;  // a gate
    return rows;
}

}  // namespace featherface::engine
