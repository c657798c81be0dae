// conv_int8 at one shape, against plain loops over whole numbers that are made as kernels/conv_int8.hpp says.
#pragma once

#include "tests/kernels/cases/conv.hpp"

namespace featherface::test {

// What the values of a range are as numbers from 0 to 255, and a channel's weights as numbers from -127 to
// 127.
struct NumbersOfRange {
    double step;
    int zero;

    NumbersOfRange(float low, float high) {
        const double least = std::min(0.0, double{low}), most = std::max(0.0, double{high});
        step = (most - least) / 255;
        zero = static_cast<int>(std::nearbyint(-least / step));
    }
    int number(float value) const {
        const float steps = value * static_cast<float>(1 / step);  // as the kernel rounds it
        if (!(steps > static_cast<float>(-zero))) return 0;
        return std::min(static_cast<int>(std::nearbyint(std::min(steps, 256.0f))) + zero, 255);
    }
};

struct ConvInt8Case : CaseBase {
    using Shape = ConvShape;
    using Op = engine::Conv;
    static constexpr auto kKernel = &KernelTable::conv_int8;
    static constexpr float kLow = -0.3f, kHigh = 0.8f;  // of the input's values, some of which are beyond
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        const ConvGeometry& g = op.geometry;
        if (g.kernel != 1 || g.stride != 1 || g.pad != 0 || g.groups != 1) return {};
        return {{.geometry = g,
                 .height = node.inputs[0].height,
                 .width = node.inputs[0].width,
                 .activation = Activation::leaky_relu}};
    }
    static bool suits(const KernelTable& kernel_table, const Shape& shape) {
        return kernel_table.conv_int8->supports(shape.geometry);
    }

    ConvInt8Case(const KernelTable& kernel_table, const Shape& conv_shape)
        : CaseBase(kernel_table, conv_input(conv_shape), conv_output(conv_shape)),
          shape(conv_shape),
          kernel(*kernel_table.conv_int8),
          weights(random.values(weights_of(shape.geometry))),
          bias(shape.with_bias ? random.values(outputs()) : std::vector<float>{}),
          scale(shape.with_scale ? random.values(outputs()) : std::vector<float>{}) {
        pack(kLow, kHigh);
    }

    void pack(float low, float high) {
        range = NumbersOfRange(low, high);
        // (A float behind each must stay as it was. What is in them are whole numbers, too, of any bits.)
        packed.assign(kernel.packed_floats(shape.geometry) + 1, kNaN);
        scratch.assign(kernel.scratch_floats(shape.geometry, conv_output(shape).width) + 1, kNaN);
        kernel.pack(shape.geometry,
                    {.weights = weights.data(),
                     .scale = scale.empty() ? nullptr : scale.data(),
                     .bias = bias.empty() ? nullptr : bias.data(),
                     .input_low = low,
                     .input_high = high},
                    packed.data());
    }
    void run(const Map& out, Rows rows) {
        kernel.run(
            {shape.geometry, input.input(), out, packed.data(), shape.activation, kSlope, scratch.data()},
            rows);
    }

    std::size_t outputs() const { return static_cast<std::size_t>(shape.geometry.out_channels); }
    double largest_weight(int o) const {
        double largest = 0;
        for (int i = 0; i < shape.geometry.in_channels; ++i)
            largest = std::max(largest, std::abs(double{weight(o, i)}));
        return largest;
    }
    float weight(int o, int i) const {
        return weights[static_cast<std::size_t>(o) * static_cast<std::size_t>(shape.geometry.in_channels) +
                       static_cast<std::size_t>(i)];
    }
    // The sum of the products of numbers, in steps of both.
    std::int64_t sum(int y, int x, int o) const {
        const double largest = largest_weight(o);
        std::int64_t sum = 0;
        for (int i = 0; i < shape.geometry.in_channels; ++i) {
            const auto number =
                largest > 0
                    ? static_cast<std::int64_t>(std::nearbyint(double{weight(o, i)} * (127 / largest)))
                    : 0;
            sum += number * (range.number(input.at(y, x, i)) - range.zero);
        }
        return sum;
    }
    Expected expected(int y, int x, int o) const {
        const auto at = static_cast<std::size_t>(o);
        const double factor =
            range.step * largest_weight(o) / 127 * (scale.empty() ? 1.0 : double{scale[at]});
        const double product = static_cast<double>(sum(y, x, o)) * factor;
        const double shift = bias.empty() ? 0.0 : double{bias[at]};
        // The sum as a float, the factor, product, sum and activation are rounded.
        const double magnitude = std::abs(product) + std::abs(shift);
        return activated({product + shift, 6 * kUnitRoundoff * magnitude}, shape.activation, kSlope);
    }
    bool kept_to_its_memory() const { return std::isnan(packed.back()) && std::isnan(scratch.back()); }
    double flops() const { return conv_flops(shape.geometry, output); }
    double bytes() const { return CaseBase::bytes() + static_cast<double>(weights.size()); }

    ConvShape shape;
    const ConvKernel& kernel;
    std::vector<float> weights, bias, scale;
    NumbersOfRange range{kLow, kHigh};
    std::vector<float> packed, scratch;
};

}  // namespace featherface::test
