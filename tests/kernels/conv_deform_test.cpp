// The modulated deformable convolution against plain loops in double precision, and with offsets no network
// should produce.
#include "conv_oracle.hpp"

namespace featherface::test {
namespace {

using kernels::DeformConvArgs;
using kernels::DeformConvKernel;

// A deformable convolution of random data; the test may change offsets and masks before it runs.
struct Deform {
    Deform(const KernelTable& table, const ConvGeometry& g, int height, int width, float reach, int gap = 0)
        : kernel(*table.conv_deform),
          geometry(g),
          random(static_cast<unsigned>(g.in_channels * 7 + height * 31 + width)),
          input(random, height, width, g.in_channels, gap),
          offset(random, output_size(g, height), output_size(g, width), 2 * g.kernel * g.kernel, gap, -reach,
                 reach),
          mask(random, output_size(g, height), output_size(g, width), g.kernel * g.kernel, 2 * gap, -3, 3),
          output(output_size(g, height), output_size(g, width), g.out_channels, gap),
          weights(
              random.values(static_cast<std::size_t>(g.out_channels) * g.in_channels * g.kernel * g.kernel)),
          bias(random.values(static_cast<std::size_t>(g.out_channels))) {}

    void run(Activation activation = Activation::none) {
        std::vector<float> packed(kernel.packed_floats(geometry));
        kernel.pack(geometry, {weights.data(), nullptr, bias.data()}, packed.data());
        std::vector<float> scratch(kernel.scratch_floats(geometry, output.map().width) + 1, kNaN);
        const DeformConvArgs args{
            {geometry, input.input(), output.map(), packed.data(), activation, 0.1f, scratch.data()},
            offset.input(),
            mask.input()};
        check_rows(output, [&](Rows rows) { kernel.run(args, rows); });
        CHECK(std::isnan(scratch.back()));
    }

    void check(Activation activation = Activation::none) {
        CAPTURE(geometry.in_channels);
        CAPTURE(geometry.out_channels);
        CAPTURE(input.map().height);
        CAPTURE(input.map().width);
        run(activation);
        check_map(output, [&](int y, int x, int o) {
            return activated(deform_conv_at(geometry, input, offset, mask, weights, bias, y, x, o),
                             activation, 0.1f);
        });
    }

    const DeformConvKernel& kernel;
    ConvGeometry geometry;
    Random random;
    TestMap input;
    TestMap offset;
    TestMap mask;
    TestMap output;
    std::vector<float> weights;
    std::vector<float> bias;
};

TEST_CASE("conv_deform: awkward channel counts, in and out of slices, offsets of a few pixels") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            Deform(table, {in, 16, 3, 1, 1, 1}, 5, 6, 2.5f).check();
            Deform(table, {in, 9, 3, 1, 1, 1}, 4, 3, 2.5f, 3).check(Activation::leaky_relu);
        }
        for (const int out : awkward_channels(table)) Deform(table, {8, out, 3, 1, 1, 1}, 3, 7, 1).check();
        Deform(table, {64, 32, 3, 1, 1, 1}, 4, 20, 2).check(Activation::relu);
    });
}

TEST_CASE("conv_deform: every height and width from 1 to 7, stride 2, another kernel size") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 7; ++height) {
            for (int width = 1; width <= 7; ++width) {
                Deform(table, {5, 4, 3, 1, 1, 1}, height, width, 3).check();
                Deform(table, {5, 4, 3, 2, 1, 1}, height, width, 3).check();
                Deform(table, {3, 4, 1, 1, 0, 1}, height, width, 3).check();
                Deform(table, {3, 4, 5, 1, 2, 1}, height, width, 3).check();
            }
        }
    });
}

TEST_CASE("conv_deform: without offsets and with mask logits of 0 it is the plain convolution") {
    on_every_arch([](const KernelTable& table) {
        Deform d(table, {16, 18, 3, 1, 1, 1}, 6, 9, 1);
        d.offset.for_each([](float& value) { value = 0; });
        d.mask.for_each([](float& value) { value = 0; });
        d.run();
        check_map(d.output, [&](int y, int x, int o) {
            return conv_at(d.geometry, d.input, d.weights, {}, d.bias, y, x, o);
        });
    });
}

TEST_CASE(
    "conv_deform: samples exactly on -1, on the last row, on H and W, and just inside and outside them") {
    on_every_arch([](const KernelTable& table) {
        const int height = 5;
        const int width = 4;
        Deform d(table, {3, 4, 3, 1, 1, 1}, height, width, 0);
        const float below = std::nextafter(-1.0f, 0.0f);
        const std::vector<float> positions = {-1,
                                              below,
                                              std::nextafter(-1.0f, -2.0f),
                                              0,
                                              -0.5f,
                                              3,
                                              3.5f,
                                              4,
                                              4.5f,
                                              5,
                                              std::nextafter(5.0f, 0.0f),
                                              std::nextafter(4.0f, 0.0f),
                                              -2,
                                              6};
        int next = 0;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                for (int k = 0; k < 9; ++k) {
                    const int count = static_cast<int>(positions.size());
                    const float to_y = positions[static_cast<std::size_t>(next % count)];
                    const float to_x = positions[static_cast<std::size_t>(next / count % count)];
                    ++next;
                    d.offset.at(y, x, 2 * k) = to_y - static_cast<float>(y - 1 + k / 3);
                    d.offset.at(y, x, 2 * k + 1) = to_x - static_cast<float>(x - 1 + k % 3);
                }
            }
        }
        d.check();
    });
}

TEST_CASE("conv_deform: huge and infinite offsets fall outside the map and leave the bias") {
    on_every_arch([](const KernelTable& table) {
        const float huge[] = {1e9f,          -1e9f,          3e38f,         -3e38f, kInfinity, -kInfinity,
                              2147483648.0f, -2147483904.0f, 4294967296.0f, 100.0f, -100.0f,   16777216.0f};
        for (const float value : huge) {
            CAPTURE(value);
            for (const int axis : {0, 1}) {
                Deform d(table, {7, 5, 3, 1, 1, 1}, 4, 6, 1);
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 6; ++x) {
                        for (int k = 0; k < 9; ++k) d.offset.at(y, x, 2 * k + axis) = value;
                    }
                }
                d.run();
                check_map(d.output, [&](int, int, int o) {
                    return Expected{d.bias[static_cast<std::size_t>(o)], 0};
                });
            }
        }
    });
}

TEST_CASE("conv_deform: a NaN in an offset or a mask makes its own pixel NaN and no other") {
    on_every_arch([](const KernelTable& table) {
        for (const int which : {0, 1, 2}) {
            Deform d(table, {7, 5, 3, 1, 1, 1}, 4, 6, 1);
            (which < 2 ? d.offset.at(2, 3, 8 + which) : d.mask.at(2, 3, 4)) = kNaN;
            d.run();
            for (int y = 0; y < 4; ++y) {
                for (int x = 0; x < 6; ++x) CHECK(std::isnan(d.output.at(y, x, 1)) == (y == 2 && x == 3));
            }
        }
    });
}

}  // namespace
}  // namespace featherface::test
