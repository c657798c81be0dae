// The plain convolutions at one shape: one kind of case for each of the kernels that compute them.
#pragma once

#include "kernels/select.hpp"
#include "tests/kernels/cases/conv_oracle.hpp"
#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

using kernels::ConvKernel;

struct ConvShape {
    ConvGeometry geometry;
    int height = 1;
    int width = 1;
    int in_gap = 0;
    int out_gap = 0;
    Activation activation = Activation::none;
    bool with_bias = true;
    bool with_scale = true;

    bool operator==(const ConvShape&) const = default;
};
inline std::string text_of(const ConvShape& shape) {
    const ConvGeometry& g = shape.geometry;
    const auto text = [](const char* before, int number) { return before + std::to_string(number); };
    std::string result = std::to_string(g.in_channels) + text("->", g.out_channels) + text("_k", g.kernel) +
                         text("_s", g.stride) + text("_p", g.pad) + text("_g", g.groups) +
                         text("/", shape.height) + text("x", shape.width);
    if (shape.activation != Activation::none) result += std::string("/") + kernels::name_of(shape.activation);
    if (shape.in_gap != 0 || shape.out_gap != 0) result += "/slices";
    if (!shape.with_bias) result += "/no_bias";
    return result;
}

inline std::size_t weights_of(const ConvGeometry& g) {
    return static_cast<std::size_t>(g.out_channels) * static_cast<std::size_t>(g.in_channels / g.groups) *
           static_cast<std::size_t>(g.kernel * g.kernel);
}

inline MapShape conv_input(const ConvShape& s) {
    return {.height = s.height, .width = s.width, .channels = s.geometry.in_channels, .gap = s.in_gap};
}
inline MapShape conv_output(const ConvShape& s) {
    return {.height = output_size(s.geometry, s.height),
            .width = output_size(s.geometry, s.width),
            .channels = s.geometry.out_channels,
            .out_gap = s.out_gap};
}

// Weights, as they come and packed, and scratch. A guard float follows each buffer: the kernel must fill
// exactly the floats it asked for, and use no more. The scratch begins as signalling NaNs, so that an
// operation on one that was not written first raises an exception flag.
struct ConvBuffers {
    template <class Kernel>
    ConvBuffers(const Kernel& kernel, Random& random, const ConvShape& s)
        : weights(random.values(weights_of(s.geometry))),
          bias(s.with_bias ? random.values(static_cast<std::size_t>(s.geometry.out_channels))
                           : std::vector<float>{}),
          scale(s.with_scale ? random.values(static_cast<std::size_t>(s.geometry.out_channels))
                             : std::vector<float>{}),
          packed(kernel.packed_floats(s.geometry) + 1, kNaN),
          scratch(kernel.scratch_floats(s.geometry, conv_output(s).width) + 1) {
        kernel.pack(
            s.geometry,
            {weights.data(), scale.empty() ? nullptr : scale.data(), bias.empty() ? nullptr : bias.data()},
            packed.data());
        const std::uint32_t signalling = 0x7fa00000;
        for (float& value : scratch) std::memcpy(&value, &signalling, sizeof value);
    }
    bool kept() const {
        const bool filled =
            std::none_of(packed.begin(), packed.end() - 1, [](float value) { return std::isnan(value); });
        return filled && std::isnan(packed.back()) && std::isnan(scratch.back());
    }

    std::vector<float> weights;
    std::vector<float> bias;
    std::vector<float> scale;
    std::vector<float> packed;
    std::vector<float> scratch;
};

inline double conv_flops(const ConvGeometry& g, const TestMap& output) {
    return 2 * static_cast<double>(weights_of(g)) * output.map().height * output.map().width;
}

template <const ConvKernel* KernelTable::*kMember>
struct ConvCase : CaseBase {
    using Shape = ConvShape;
    using Op = engine::Conv;
    static constexpr auto kKernel = kMember;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{.geometry = op.geometry,
                 .height = node.inputs[0].height,
                 .width = node.inputs[0].width,
                 .activation = Activation::leaky_relu}};
    }
    static bool suits(const KernelTable& kernel_table, const Shape& shape) {
        return &kernels::select_conv(kernel_table, shape.geometry) == kernel_table.*kKernel;
    }

    ConvCase(const KernelTable& kernel_table, const Shape& conv_shape)
        : CaseBase(kernel_table, conv_input(conv_shape), conv_output(conv_shape)),
          shape(conv_shape),
          kernel(*(kernel_table.*kKernel)),
          buffers(kernel, random, shape) {}

    void run(const Map& out, Rows rows) {
        kernel.run({shape.geometry, input.input(), out, buffers.packed.data(), shape.activation, kSlope,
                    buffers.scratch.data()},
                   rows);
    }
    Expected expected(int y, int x, int o) const {
        return activated(
            conv_at(shape.geometry, input, buffers.weights, buffers.scale, buffers.bias, y, x, o),
            shape.activation, kSlope);
    }
    bool kept_to_its_memory() const { return buffers.kept(); }
    double flops() const { return conv_flops(shape.geometry, output); }
    double bytes() const {
        return CaseBase::bytes() + sizeof(float) * static_cast<double>(buffers.weights.size());
    }

    ConvShape shape;
    const ConvKernel& kernel;
    ConvBuffers buffers;
};

using ConvGemmCase = ConvCase<&KernelTable::conv_gemm>;
using ConvDepthwiseCase = ConvCase<&KernelTable::conv_depthwise>;
using ConvStemCase = ConvCase<&KernelTable::conv_stem>;
using ConvFlatCase = ConvCase<&KernelTable::conv_flat>;
using ConvWinogradCase = ConvCase<&KernelTable::conv_winograd>;

}  // namespace featherface::test
