// attend at one shape, with and without the sum.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct AttendShape {
    MapShape map;
    bool adds_input = false;

    bool operator==(const AttendShape&) const = default;
};
inline std::string text_of(const AttendShape& shape) {
    return text_of(shape.map) + (shape.adds_input ? "/adds_input" : "");
}

struct AttendCase : CaseBase {
    using Shape = AttendShape;
    using Op = engine::Attend;
    static constexpr auto kKernel = &KernelTable::attend;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{map_shape(node.output, op.activation), op.adds_input}};
    }

    AttendCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, shape.map, shape.map),
          channel_gate(random.values(static_cast<std::size_t>(shape.map.channels))),
          pixel_gate(random, shape.map.height, shape.map.width, 1, shape.map.other_gap),
          adds_input(shape.adds_input),
          activation(shape.map.activation) {}

    void run(const Map& out, Rows rows) const {
        table.attend({.input = input.input(),
                      .channel_gate = channel_gate.data(),
                      .pixel_gate = pixel_gate.input(),
                      .adds_input = adds_input,
                      .activation = activation,
                      .output = out},
                     rows);
    }
    // The rounded results of what it stands for, one after the other.
    Expected expected(int y, int x, int c) const {
        const float value = input.at(y, x, c);
        const float gated = value * channel_gate[static_cast<std::size_t>(c)];
        float result = gated * pixel_gate.at(y, x, 0);
        if (adds_input) result += value;
        return {exact_activation(activation, result, 0), 0};
    }

    std::vector<float> channel_gate;
    TestMap pixel_gate;
    bool adds_input;
    Activation activation;
};

}  // namespace featherface::test
