#include "engine/operations/softmax.hpp"

namespace featherface::engine {

std::unique_ptr<const RowOperator> SoftmaxPairs::bind(std::span<const Parameter>,
                                                      const KernelTable& table) const {
    const std::string kernels =
        std::string(table.copy_channels.name) + std::string(kAndThen) + table.softmax_pairs.name;
    return make_row_operator(kernels, [&table](const Call& call, Rows rows) {
        table.copy_channels(call.inputs[0], nullptr, call.output, rows);
        const int pairs = call.output.width * call.output.channels / 2;  // of a row; the output is dense
        table.softmax_pairs(call.output.pixel(rows.begin, 0), {0, (rows.end - rows.begin) * pairs});
    });
}

}  // namespace featherface::engine
