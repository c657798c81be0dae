#include "engine/operations/global_pool.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace featherface::engine {

namespace {

// Both combine the rows' statistics in row order, so that the result does not depend on how rows were split
// over threads. Channels are taken some at a time, whose sums are then computed beside one another.
constexpr int kTogether = 16;

void average(const ConstMap& rows, int first, int count, float* out) {
    std::array<double, kTogether> sums = {};
    for (int y = 0; y < rows.height; ++y) {
        const float* const row = rows.pixel(y, 0) + first;
        for (int c = 0; c < count; ++c) sums[static_cast<std::size_t>(c)] += row[c];
    }
    for (int c = 0; c < count; ++c)
        out[c] = static_cast<float>(sums[static_cast<std::size_t>(c)] / rows.height);
}

void maximum(const ConstMap& rows, int first, int count, float* out) {
    std::copy_n(rows.pixel(0, 0) + first, count, out);
    for (int y = 1; y < rows.height; ++y) {
        const float* const row = rows.pixel(y, 0) + first;
        // A NaN stays, as in torch.max: once there, no comparison with it is true.
        for (int c = 0; c < count; ++c) out[c] = row[c] > out[c] || std::isnan(row[c]) ? row[c] : out[c];
    }
}

}  // namespace

std::unique_ptr<const WholeOperator> GlobalPool::bind(std::span<const Parameter>, const KernelTable&) const {
    return make_whole_operator("", [statistic = kind](const Call& call, ThreadPool&, int) {
        const ConstMap& rows = call.inputs[0];
        const int channels = call.output.channels;
        for (int c = 0; c < channels; c += kTogether) {
            const int count = std::min(kTogether, channels - c);
            if (statistic == Kind::average) {
                average(rows, c, count, call.output.data + c);
            } else {
                maximum(rows, channels + c, count, call.output.data + c);
            }
        }
    });
}

}  // namespace featherface::engine
