// Plain, grouped and depthwise convolutions against plain loops in double precision.
#include "conv_oracle.hpp"

namespace featherface::test {
namespace {

using kernels::ConvArgs;
using kernels::ConvKernel;

struct Case {
    ConvGeometry geometry;
    int height;
    int width;
    int in_gap = 0;
    int out_gap = 0;
    Activation activation = Activation::none;
    bool with_bias = true;
    bool with_scale = true;
};

void check_conv(const ConvKernel& kernel, const Case& c) {
    const ConvGeometry& g = c.geometry;
    const std::string name = kernel.name;
    CAPTURE(name);
    CAPTURE(g.in_channels);
    CAPTURE(g.out_channels);
    CAPTURE(g.kernel);
    CAPTURE(g.stride);
    CAPTURE(g.groups);
    CAPTURE(c.height);
    CAPTURE(c.width);
    CAPTURE(c.in_gap);
    Random random(static_cast<unsigned>(g.in_channels * 131 + g.out_channels * 17 + c.height * 3 + c.width));
    const TestMap input(random, c.height, c.width, g.in_channels, c.in_gap);
    TestMap output(output_size(g, c.height), output_size(g, c.width), g.out_channels, c.out_gap);
    const auto weights = random.values(static_cast<std::size_t>(g.out_channels) * (g.in_channels / g.groups) *
                                       g.kernel * g.kernel);
    const auto bias =
        c.with_bias ? random.values(static_cast<std::size_t>(g.out_channels)) : std::vector<float>{};
    const auto scale =
        c.with_scale ? random.values(static_cast<std::size_t>(g.out_channels)) : std::vector<float>{};
    const float slope = 0.1f;

    // One guard float each: the kernel must fill exactly the floats it asked for, and use no more.
    std::vector<float> packed(kernel.packed_floats(g) + 1, kNaN);
    kernel.pack(
        g, {weights.data(), scale.empty() ? nullptr : scale.data(), bias.empty() ? nullptr : bias.data()},
        packed.data());
    CHECK(std::isnan(packed.back()));
    CHECK(std::none_of(packed.begin(), packed.end() - 1, [](float value) { return std::isnan(value); }));
    std::vector<float> scratch(kernel.scratch_floats(g, output.map().width) + 1, kNaN);

    const ConvArgs args{g, input.input(), output.map(), packed.data(), c.activation, slope, scratch.data()};
    check_rows(output, [&](Rows rows) { kernel.run(args, rows); });
    CHECK(std::isnan(scratch.back()));
    check_map(output, [&](int y, int x, int o) {
        return activated(conv_at(g, input, weights, scale, bias, y, x, o), c.activation, slope);
    });
}

TEST_CASE("conv_gemm: pointwise, every awkward channel count in and out, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            for (const int out : awkward_channels(table)) {
                check_conv(*table.conv_gemm, {{in, out, 1, 1, 0, 1}, 3, 5});
                check_conv(*table.conv_gemm, {{in, out, 1, 1, 0, 1}, 2, 7, 3, 5, Activation::relu, false});
            }
        }
    });
}

TEST_CASE("conv_gemm: 3x3 at strides 1 and 2, every height and width from 1 to 7") {
    on_every_arch([](const KernelTable& table) {
        for (int stride = 1; stride <= 2; ++stride) {
            for (int height = 1; height <= 7; ++height) {
                for (int width = 1; width <= 7; ++width) {
                    check_conv(*table.conv_gemm, {{3, 8, 3, stride, 1, 1}, height, width});
                    check_conv(*table.conv_gemm,
                               {{5, 18, 3, stride, 1, 1}, height, width, 1, 2, Activation::leaky_relu});
                }
            }
        }
    });
}

TEST_CASE("conv_gemm: rows longer than a tile and than a strip, ending anywhere") {
    on_every_arch([](const KernelTable& table) {
        for (const int width : {11, 12, 13, 24, 25, 95, 96, 97, 108, 200}) {
            check_conv(*table.conv_gemm, {{4, 27, 3, 1, 1, 1}, 3, width});
            check_conv(*table.conv_gemm, {{3, 8, 3, 2, 1, 1}, 3, width, 0, 0, Activation::leaky_relu});
            check_conv(*table.conv_gemm, {{9, 20, 1, 1, 0, 1}, 2, width});
        }
    });
}

TEST_CASE(
    "conv_gemm: other geometries: 7x7 from two channels to one, 5x5, strided pointwise, no padding, wide "
    "padding") {
    on_every_arch([](const KernelTable& table) {
        for (const int size : {1, 2, 3, 6, 9, 20, 41}) {
            check_conv(*table.conv_gemm, {{2, 1, 7, 1, 3, 1}, size, size + 1, 0, 0});
            check_conv(*table.conv_gemm, {{2, 1, 7, 1, 3, 1}, size, size, 2, 3});
            check_conv(*table.conv_gemm, {{3, 9, 5, 1, 2, 1}, size, size});
            check_conv(*table.conv_gemm, {{7, 5, 1, 2, 0, 1}, size, size});
            check_conv(*table.conv_gemm, {{3, 4, 3, 1, 2, 1}, size, size});
            check_conv(*table.conv_gemm, {{3, 4, 1, 1, 1, 1}, size, size});
            if (size >= 3) check_conv(*table.conv_gemm, {{3, 4, 3, 3, 0, 1}, size, size});
        }
    });
}

TEST_CASE("conv_gemm: the shapes of the two networks, small maps") {
    on_every_arch([](const KernelTable& table) {
        for (const auto& [in, out] :
             {std::pair{8, 16}, {16, 32}, {64, 64}, {64, 128}, {256, 64}, {64, 32}, {32, 8}}) {
            check_conv(*table.conv_gemm, {{in, out, 1, 1, 0, 1}, 4, 5});
        }
        for (const auto& [in, out] : {std::pair{64, 18}, {64, 9}, {64, 27}, {16, 54}}) {
            check_conv(*table.conv_gemm, {{in, out, 3, 1, 1, 1}, 5, 20});
        }
    });
}

TEST_CASE("conv_gemm: any groups: V2's groups, depthwise of odd kinds, groups across register blocks") {
    on_every_arch([](const KernelTable& table) {
        for (const auto& g : std::vector<ConvGeometry>{{16, 16, 3, 1, 1, 4},
                                                       {8, 8, 3, 1, 1, 4},
                                                       {32, 16, 1, 1, 0, 4},
                                                       {16, 32, 1, 1, 0, 4},
                                                       {27, 27, 5, 1, 2, 27},
                                                       {6, 9, 3, 2, 1, 3},
                                                       {40, 40, 3, 1, 1, 2},
                                                       {12, 60, 1, 2, 0, 4},
                                                       {10, 70, 3, 1, 1, 2},
                                                       {33, 33, 3, 1, 0, 3},
                                                       {4, 4, 7, 1, 3, 4},
                                                       {9, 3, 3, 1, 1, 3}}) {
            for (const int size : {3, 4, 7, 21}) {
                check_conv(*table.conv_gemm, {g, size, size + 2, 0, 0, Activation::relu});
                check_conv(*table.conv_gemm, {g, size, size, 3, 1, Activation::leaky_relu, false});
            }
        }
        check_conv(*table.conv_gemm, {{8, 8, 3, 1, 1, 4}, 1, 1});
    });
}

TEST_CASE(
    "conv_flat: depthwise, groups of two and four, one output channel; every height and width from 1 to 7") {
    on_every_arch([](const KernelTable& table) {
        const std::vector<ConvGeometry> geometries = {
            {8, 8, 3, 1, 1, 8},   {2, 2, 3, 1, 1, 2},    {16, 16, 5, 1, 2, 16}, {8, 8, 3, 1, 1, 4},
            {16, 16, 3, 1, 1, 4}, {32, 32, 3, 1, 1, 16}, {4, 4, 3, 1, 1, 1},    {32, 32, 1, 1, 0, 8},
            {2, 1, 7, 1, 3, 1},   {1, 1, 3, 1, 1, 1},    {4, 1, 5, 1, 2, 1},    {2, 1, 3, 1, 3, 1}};
        for (const ConvGeometry& g : geometries) {
            REQUIRE(table.conv_flat->supports(g));
            for (int height = 1; height <= 7; ++height) {
                for (int width = 1; width <= 7; ++width) {
                    check_conv(*table.conv_flat, {g, height, width});
                    check_conv(*table.conv_flat, {g, height, width, 3, 1, Activation::leaky_relu, false});
                }
            }
            for (const int width : {15, 16, 17, 31, 32, 33, 64, 65, 80}) {
                check_conv(*table.conv_flat, {g, 4, width, 0, 0, Activation::relu});
                check_conv(*table.conv_flat, {g, 3, width, 1, 2});
            }
        }
    });
}

TEST_CASE(
    "conv_winograd: every height and width from 1 to 9, in and out of slices, more tiles than one round") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 9; ++height) {
            for (int width = 1; width <= 9; ++width) {
                check_conv(*table.conv_winograd,
                           {{16, 17, 3, 1, 1, 1}, height, width, 0, 0, Activation::relu});
                check_conv(*table.conv_winograd,
                           {{19, 16, 3, 1, 1, 1}, height, width, 3, 1, Activation::leaky_relu, false});
            }
        }
        for (const auto& [in, out] : {std::pair{64, 54}, {16, 54}, {16, 27}, {33, 65}}) {
            check_conv(*table.conv_winograd, {{in, out, 3, 1, 1, 1}, 13, 35});
        }
    });
}

TEST_CASE("convolution kernels: each says which geometries it supports") {
    on_every_arch([](const KernelTable& table) {
        for (const ConvGeometry& g : std::vector<ConvGeometry>{{8, 8, 3, 2, 1, 8},
                                                               {3, 3, 3, 1, 1, 3},
                                                               {8, 16, 3, 1, 1, 8},
                                                               {32, 16, 1, 1, 0, 4},
                                                               {8, 1, 3, 1, 1, 1}}) {
            CHECK(!table.conv_flat->supports(g));
        }
        for (const ConvGeometry& g : std::vector<ConvGeometry>{{8, 8, 3, 3, 1, 8},
                                                               {8, 8, 3, 1, 0, 8},
                                                               {8, 8, 5, 1, 2, 8},
                                                               {8, 16, 3, 1, 1, 8},
                                                               {8, 8, 3, 1, 1, 4}}) {
            CHECK(!table.conv_depthwise->supports(g));
            CHECK(table.conv_gemm->supports(g));
        }
        CHECK(table.conv_gemm->supports({8, 8, 3, 3, 1, 1}));
        CHECK(table.conv_gemm->supports({8, 8, 3, 1, 1, 2}));
        CHECK(table.conv_winograd->supports({16, 16, 3, 1, 1, 1}));
        for (const ConvGeometry& g : std::vector<ConvGeometry>{{15, 16, 3, 1, 1, 1},
                                                               {16, 15, 3, 1, 1, 1},
                                                               {16, 16, 3, 2, 1, 1},
                                                               {16, 16, 3, 1, 0, 1},
                                                               {16, 16, 1, 1, 1, 1},
                                                               {16, 16, 3, 1, 1, 2}}) {
            CHECK(!table.conv_winograd->supports(g));
        }
    });
}

TEST_CASE("conv_depthwise: strides 1 and 2, every height and width from 1 to 7, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (int stride = 1; stride <= 2; ++stride) {
            for (int height = 1; height <= 7; ++height) {
                for (int width = 1; width <= 7; ++width) {
                    check_conv(*table.conv_depthwise, {{8, 8, 3, stride, 1, 8}, height, width});
                    check_conv(
                        *table.conv_depthwise,
                        {{19, 19, 3, stride, 1, 19}, height, width, 2, 1, Activation::leaky_relu, false});
                }
            }
        }
    });
}

TEST_CASE("conv_depthwise: every awkward channel count, rows of many tiles") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (int stride = 1; stride <= 2; ++stride) {
                for (const int width : {5, 8, 19, 20, 34, 53}) {
                    check_conv(
                        *table.conv_depthwise,
                        {{channels, channels, 3, stride, 1, channels}, 5, width, 0, 0, Activation::relu});
                    check_conv(*table.conv_depthwise,
                               {{channels, channels, 3, stride, 1, channels}, 4, width, 1, 2});
                }
            }
        }
    });
}

TEST_CASE("convolutions: a NaN reaches every output whose window holds it, through every activation") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : {Activation::none, Activation::relu, Activation::leaky_relu}) {
            for (const bool depthwise : {false, true}) {
                const ConvKernel& kernel = depthwise ? *table.conv_depthwise : *table.conv_gemm;
                const ConvGeometry g{5, 5, 3, 1, 1, depthwise ? 5 : 1};
                Random random(1);
                TestMap input(random, 6, 7, 5);
                input.at(2, 3, 4) = kNaN;
                TestMap output(6, 7, 5);
                const auto weights = random.values(5 * 5 * 9);
                std::vector<float> packed(kernel.packed_floats(g));
                kernel.pack(g, {.weights = weights.data()}, packed.data());
                std::vector<float> scratch(kernel.scratch_floats(g, 7) + 1);
                kernel.run({g, input.input(), output.map(), packed.data(), activation, 0.1f, scratch.data()},
                           {0, 6});
                for (int y = 0; y < 6; ++y) {
                    for (int x = 0; x < 7; ++x) {
                        const bool near = std::abs(y - 2) <= 1 && std::abs(x - 3) <= 1;
                        CHECK(std::isnan(output.at(y, x, 4)) == near);
                        CHECK(std::isnan(output.at(y, x, 0)) == (near && !depthwise));
                    }
                }
            }
        }
    });
}

}  // namespace
}  // namespace featherface::test
