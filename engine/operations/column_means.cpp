#include "engine/operations/column_means.hpp"

#include <algorithm>
#include <array>

#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

namespace {

constexpr int kPart = 64;  // channels pooled together: what the kernel says of the maxima has to go somewhere

// Column x of a map, as a row.
ConstMap column_of(const ConstMap& map, int x) {
    return {map.pixel(0, x), 1, map.height, map.channels, map.width * map.pixel_stride};
}

void average_column(const KernelTable& table, const ConstMap& column, float* mean) {
    std::array<float, kPart> maxima;
    for (int first = 0; first < column.channels; first += kPart) {
        ConstMap part = column;
        part.data += first;
        part.channels = std::min(kPart, column.channels - first);
        table.pool_rows(part, mean + first, maxima.data(), {0, 1});
    }
    for (int c = 0; c < column.channels; ++c) mean[c] /= static_cast<float>(column.width);
}

}  // namespace

std::unique_ptr<const WholeOperator> ColumnMeans::bind(std::span<const Parameter>,
                                                       const KernelTable& table) const {
    return make_whole_operator(
        table.pool_rows.name, [&table](const Call& call, ThreadPool& pool, int threads) {
            // Threads share the columns, so that each is summed in one order whatever their number.
            const int width = call.output.width;
            pool.run(width, {threads, (width + threads - 1) / threads}, [&](int, ThreadPool::Pieces& pieces) {
                for (Rows columns = pieces.next(); !is_empty(columns); columns = pieces.next()) {
                    for (int x = columns.begin; x < columns.end; ++x)
                        average_column(table, column_of(call.inputs[0], x), call.output.pixel(0, x));
                }
            });
        });
}

}  // namespace featherface::engine
