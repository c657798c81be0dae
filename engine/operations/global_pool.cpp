#include "engine/operations/global_pool.hpp"

#include <cmath>

namespace featherface::engine {

namespace {

// Both combine the rows' statistics in row order, so that the result does not depend on how rows were split
// over threads.
float average(const ConstMap& rows, int channel) {
    double sum = 0;
    for (int y = 0; y < rows.height; ++y) sum += rows.pixel(y, 0)[channel];
    return static_cast<float>(sum / rows.height);
}

float maximum(const ConstMap& rows, int channel) {
    float largest = rows.pixel(0, 0)[channel];
    for (int y = 1; y < rows.height; ++y) {
        // A NaN stays, as in torch.max: once there, no comparison with it is true.
        const float value = rows.pixel(y, 0)[channel];
        if (value > largest || std::isnan(value)) largest = value;
    }
    return largest;
}

}  // namespace

std::unique_ptr<const WholeOperator> GlobalPool::bind(std::span<const Parameter>, const KernelTable&) const {
    return make_whole_operator("", [statistic = kind](const Call& call, ThreadPool&, int) {
        const ConstMap& rows = call.inputs[0];
        const int channels = call.output.channels;
        for (int c = 0; c < channels; ++c) {
            call.output.data[c] = statistic == Kind::average ? average(rows, c) : maximum(rows, channels + c);
        }
    });
}

}  // namespace featherface::engine
