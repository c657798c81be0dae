// conv_deform at one shape, with offsets of some reach. A test may change offsets and masks before it runs.
#pragma once

#include "tests/kernels/cases/conv.hpp"

namespace featherface::test {

using kernels::DeformConvKernel;

struct DeformShape {
    ConvShape conv;
    float reach = 1.5f;  // of the offsets, in pixels

    bool operator==(const DeformShape&) const = default;
};
inline std::string text_of(const DeformShape& shape) {
    return text_of(shape.conv);
}

struct ConvDeformCase : CaseBase {
    using Shape = DeformShape;
    using Op = engine::DeformConv;
    static constexpr auto kKernel = &KernelTable::conv_deform;
    static std::vector<Shape> shapes_of(const Op& op, const NetworkNode& node) {
        return {{{.geometry = op.geometry,
                  .height = node.inputs[0].height,
                  .width = node.inputs[0].width,
                  .activation = Activation::leaky_relu,
                  .with_scale = false}}};
    }

    ConvDeformCase(const KernelTable& kernel_table, const Shape& shape)
        : CaseBase(kernel_table, conv_input(shape.conv), conv_output(shape.conv)),
          conv(shape.conv),
          taps(conv.geometry.kernel * conv.geometry.kernel),
          kernel(*table.conv_deform),
          offset(random, output.map().height, output.map().width, 2 * taps, conv.in_gap, -shape.reach,
                 shape.reach),
          mask(random, output.map().height, output.map().width, taps, 2 * conv.in_gap, -3, 3),
          buffers(kernel, random, conv) {}

    void run(const Map& out, Rows rows) {
        kernel.run({{conv.geometry, input.input(), out, buffers.packed.data(), conv.activation, kSlope,
                     buffers.scratch.data()},
                    offset.input(),
                    mask.input()},
                   rows);
    }
    void run_all() { run(output.map(), {0, output.map().height}); }
    Expected expected(int y, int x, int o) const {
        return activated(
            deform_conv_at(conv.geometry, input, offset, mask, buffers.weights, buffers.bias, y, x, o),
            conv.activation, kSlope);
    }
    bool kept_to_its_memory() const { return buffers.kept(); }
    double flops() const { return conv_flops(conv.geometry, output); }
    double bytes() const {
        return CaseBase::bytes() + sizeof(float) * (floats_of(offset) + floats_of(mask) +
                                                    static_cast<double>(buffers.weights.size()));
    }

    ConvShape conv;
    int taps;
    const DeformConvKernel& kernel;
    TestMap offset;
    TestMap mask;
    ConvBuffers buffers;
};

}  // namespace featherface::test
