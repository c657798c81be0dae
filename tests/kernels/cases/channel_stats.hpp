// channel_stats at one shape, in one order, with a gate or without.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct ChannelStatsShape {
    MapShape map;
    bool max_first = false;
    bool gated = false;

    bool operator==(const ChannelStatsShape&) const = default;
};
inline std::string text_of(const ChannelStatsShape& shape) {
    return text_of(shape.map) + (shape.max_first ? "/max_first" : "") + (shape.gated ? "/gated" : "");
}

struct ChannelStatsCase : CaseBase {
    using Shape = ChannelStatsShape;
    using Op = engine::ChannelStats;
    static constexpr auto kKernel = &KernelTable::channel_stats;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{map_shape(node.inputs[0]), op.max_first, node.inputs.size() == 2}};
    }

    ChannelStatsCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map,
                   {.height = shape.map.height,
                    .width = shape.map.width,
                    .channels = 2,
                    .out_gap = shape.map.out_gap},
                   -3, 1),
          gate(random.values(shape.gated ? static_cast<std::size_t>(shape.map.channels) : 0)),
          max_first(shape.max_first) {}

    void run(const Map& out, Rows rows) const {
        table.channel_stats(input.input(), gate.empty() ? nullptr : gate.data(), max_first, out, rows);
    }
    Expected expected(int y, int x, int c) const {
        const int channels = input.map().channels;
        double sum = 0, magnitude = 0, maximum = -kInfinity;
        for (int i = 0; i < channels; ++i) {
            const float factor = gate.empty() ? 1 : gate[static_cast<std::size_t>(i)];
            const double value = input.at(y, x, i) * factor;  // rounded to a float
            sum += value;
            magnitude += std::abs(value);
            maximum = std::max(maximum, value);
        }
        if ((c == 0) == max_first) return {maximum, 0};
        return {sum / channels, (channels + 1) * kUnitRoundoff * magnitude / channels};
    }

    std::vector<float> gate;
    bool max_first;
};

}  // namespace featherface::test
