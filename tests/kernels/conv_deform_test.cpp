// The modulated deformable convolution against plain loops in double precision, and with offsets no network
// should produce.
#include "tests/kernels/cases/conv_deform.hpp"

#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

DeformShape deform_shape(const ConvGeometry& g, int height, int width, float reach, int gap = 0,
                         Activation activation = Activation::none) {
    return {{.geometry = g,
             .height = height,
             .width = width,
             .in_gap = gap,
             .out_gap = gap,
             .activation = activation,
             .with_scale = false},
            reach};
}

void check_deform(const KernelTable& table, const ConvGeometry& g, int height, int width, float reach,
                  int gap = 0, Activation activation = Activation::none) {
    check_conv<ConvDeformCase>(table, deform_shape(g, height, width, reach, gap, activation));
}

TEST_CASE("conv_deform: awkward channel counts, in and out of slices, offsets of a few pixels") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            check_deform(table, {in, 16, 3, 1, 1, 1}, 5, 6, 2.5f);
            check_deform(table, {in, 9, 3, 1, 1, 1}, 4, 3, 2.5f, 3, Activation::leaky_relu);
        }
        for (const int out : awkward_channels(table)) check_deform(table, {8, out, 3, 1, 1, 1}, 3, 7, 1);
        check_deform(table, {64, 32, 3, 1, 1, 1}, 4, 20, 2, 0, Activation::relu);
    });
}

TEST_CASE("conv_deform: every height and width from 1 to 7, stride 2, another kernel size") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 7; ++height) {
            for (int width = 1; width <= 7; ++width) {
                check_deform(table, {5, 4, 3, 1, 1, 1}, height, width, 3);
                check_deform(table, {5, 4, 3, 2, 1, 1}, height, width, 3);
                check_deform(table, {3, 4, 1, 1, 0, 1}, height, width, 3);
                check_deform(table, {3, 4, 5, 1, 2, 1}, height, width, 3);
            }
        }
    });
}

TEST_CASE("conv_deform: without offsets and with mask logits of 0 it is the plain convolution") {
    on_every_arch([](const KernelTable& table) {
        ConvDeformCase d(table, deform_shape({16, 18, 3, 1, 1, 1}, 6, 9, 1));
        d.offset.for_each([](float& value) { value = 0; });
        d.mask.for_each([](float& value) { value = 0; });
        d.run_all();
        check_map(d.output, [&](int y, int x, int o) {
            return conv_at(d.conv.geometry, d.input, d.buffers.weights, {}, d.buffers.bias, y, x, o);
        });
    });
}

TEST_CASE(
    "conv_deform: samples exactly on -1, on the last row, on H and W, and just inside and outside them") {
    on_every_arch([](const KernelTable& table) {
        const int height = 5;
        const int width = 4;
        ConvDeformCase d(table, deform_shape({3, 4, 3, 1, 1, 1}, height, width, 0));
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
        d.run_all();
        check_map(d.output, [&](int y, int x, int o) { return d.expected(y, x, o); });
    });
}

TEST_CASE("conv_deform: huge and infinite offsets fall outside the map and leave the bias") {
    on_every_arch([](const KernelTable& table) {
        const float huge[] = {1e9f,          -1e9f,          3e38f,         -3e38f, kInfinity, -kInfinity,
                              2147483648.0f, -2147483904.0f, 4294967296.0f, 100.0f, -100.0f,   16777216.0f};
        for (const float value : huge) {
            CAPTURE(value);
            for (const int axis : {0, 1}) {
                ConvDeformCase d(table, deform_shape({7, 5, 3, 1, 1, 1}, 4, 6, 1));
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 6; ++x) {
                        for (int k = 0; k < 9; ++k) d.offset.at(y, x, 2 * k + axis) = value;
                    }
                }
                d.run_all();
                check_map(d.output, [&](int, int, int o) {
                    return Expected{d.buffers.bias[static_cast<std::size_t>(o)], 0};
                });
            }
        }
    });
}

TEST_CASE("conv_deform: a NaN in an offset or a mask makes its own pixel NaN and no other") {
    on_every_arch([](const KernelTable& table) {
        for (const int which : {0, 1, 2}) {
            ConvDeformCase d(table, deform_shape({7, 5, 3, 1, 1, 1}, 4, 6, 1));
            (which < 2 ? d.offset.at(2, 3, 8 + which) : d.mask.at(2, 3, 4)) = kNaN;
            d.run_all();
            for (int y = 0; y < 4; ++y) {
                for (int x = 0; x < 6; ++x) CHECK(std::isnan(d.output.at(y, x, 1)) == (y == 2 && x == 3));
            }
        }
    });
}

TEST_CASE("conv_deform: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_deform(table, {8, 20, 3, 1, 1, 1}, 4, 7, 1, 0, activation);
    });
}

TEST_CASE("conv_deform: the shapes of the detectors") {
    check_networks_shapes<ConvDeformCase>();
}

}  // namespace
}  // namespace featherface::test
