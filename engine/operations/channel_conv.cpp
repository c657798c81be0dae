#include "engine/operations/channel_conv.hpp"

#include <algorithm>
#include <span>

namespace featherface::engine {

Work ChannelConv::work(const Extents& extents) const {
    Work work = moving_maps(extents);
    work.multiply_adds = extents.output.elements() * kernel;
    work.weight_bytes = float_bytes(kernel);
    return work;
}

// These are a few hundred products: no kernel would be faster.
std::unique_ptr<const WholeOperator> ChannelConv::bind(std::span<const Parameter> parameters,
                                                       const KernelTable&, WeightStore& weights) const {
    const std::span<const float> filter = weights.take(count_of(parameters, weight), [&](float* made) {
        std::ranges::copy(values_of(parameters, weight), made);
    });
    return make_whole_operator("", [filter](const Call& call, ThreadPool&, int) {
        const float* const in = call.inputs[0].data;
        const int taps = static_cast<int>(filter.size()), channels = call.output.channels;
        for (int c = 0; c < channels; ++c) {
            const int first = c - taps / 2;
            double sum = 0;
            for (int k = std::max(-first, 0); k < std::min(taps, channels - first); ++k)
                sum += double{filter[static_cast<std::size_t>(k)]} * in[first + k];
            call.output.data[c] = static_cast<float>(sum);
        }
    });
}

}  // namespace featherface::engine
