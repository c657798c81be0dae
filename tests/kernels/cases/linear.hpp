// linear with some numbers of inputs and outputs. Both are maps of one pixel.
#pragma once

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct LinearShape {
    int in = 1;
    int out = 1;
    Activation activation = Activation::none;
    bool with_bias = true;

    bool operator==(const LinearShape&) const = default;
};
inline std::string text_of(const LinearShape& shape) {
    return std::to_string(shape.in) + "->" + std::to_string(shape.out) + "/" +
           kernels::name_of(shape.activation) + (shape.with_bias ? "/bias" : "");
}

struct LinearCase : CaseBase {
    using Shape = LinearShape;
    using Op = engine::Linear;
    static constexpr auto kKernel = &KernelTable::linear;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode&) {
        return {{op.in, op.out, op.activation, op.bias != engine::kNone}};
    }

    LinearCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, {.channels = shape.in}, {.channels = shape.out}),
          weights(random.values(static_cast<std::size_t>(shape.in) * static_cast<std::size_t>(shape.out))),
          bias(shape.with_bias ? random.values(static_cast<std::size_t>(shape.out)) : std::vector<float>{}),
          activation(shape.activation) {}

    void run(const Map& out, Rows) const {
        table.linear(input.map().data, input.map().channels, weights.data(),
                     bias.empty() ? nullptr : bias.data(), activation, out.data, out.channels);
    }
    Expected expected(int, int, int o) const {
        const auto row = static_cast<std::size_t>(o);
        const int in = input.map().channels;
        double sum = bias.empty() ? 0 : static_cast<double>(bias[row]);
        double magnitude = std::abs(sum);
        for (int i = 0; i < in; ++i) {
            const double weight = weights[row * static_cast<std::size_t>(in) + static_cast<std::size_t>(i)];
            const double product = weight * input.at(0, 0, i);
            sum += product;
            magnitude += std::abs(product);
        }
        return {exact_activation(activation, sum, 0), (in + 4) * kUnitRoundoff * std::max(magnitude, 1.0)};
    }
    double bytes() const { return CaseBase::bytes() + sizeof(float) * static_cast<double>(weights.size()); }

    std::vector<float> weights;
    std::vector<float> bias;
    Activation activation;
};

}  // namespace featherface::test
