// conv_gemm against plain loops in double precision.
#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("conv_gemm: pointwise, every awkward channel count in and out, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            for (const int out : awkward_channels(table)) {
                check_conv<ConvGemmCase>(table, {{in, out, 1, 1, 0, 1}, 3, 5});
                check_conv<ConvGemmCase>(table, {{in, out, 1, 1, 0, 1}, 2, 7, 3, 5, Activation::relu, false});
            }
        }
    });
}

TEST_CASE("conv_gemm: 3x3 at strides 1 and 2, every height and width from 1 to 7") {
    on_every_arch([](const KernelTable& table) {
        for (int stride = 1; stride <= 2; ++stride) {
            for (int height = 1; height <= 7; ++height) {
                for (int width = 1; width <= 7; ++width) {
                    check_conv<ConvGemmCase>(table, {{3, 8, 3, stride, 1, 1}, height, width});
                    check_conv<ConvGemmCase>(
                        table, {{5, 18, 3, stride, 1, 1}, height, width, 1, 2, Activation::leaky_relu});
                }
            }
        }
    });
}

TEST_CASE("conv_gemm: rows longer than a tile, ending anywhere") {
    on_every_arch([](const KernelTable& table) {
        for (const int width : {11, 12, 13, 24, 25, 95, 96, 97, 108, 200}) {
            check_conv<ConvGemmCase>(table, {{4, 27, 3, 1, 1, 1}, 3, width});
            check_conv<ConvGemmCase>(table, {{3, 8, 3, 2, 1, 1}, 3, width, 0, 0, Activation::leaky_relu});
            check_conv<ConvGemmCase>(table, {{9, 20, 1, 1, 0, 1}, 2, width});
        }
    });
}

TEST_CASE(
    "conv_gemm: other geometries: 7x7 from two channels to one, 5x5, strided pointwise, no padding, wide "
    "padding") {
    on_every_arch([](const KernelTable& table) {
        for (const int size : {1, 2, 3, 6, 9, 20, 41}) {
            check_conv<ConvGemmCase>(table, {{2, 1, 7, 1, 3, 1}, size, size + 1, 0, 0});
            check_conv<ConvGemmCase>(table, {{2, 1, 7, 1, 3, 1}, size, size, 2, 3});
            check_conv<ConvGemmCase>(table, {{3, 9, 5, 1, 2, 1}, size, size});
            check_conv<ConvGemmCase>(table, {{7, 5, 1, 2, 0, 1}, size, size});
            check_conv<ConvGemmCase>(table, {{3, 4, 3, 1, 2, 1}, size, size});
            check_conv<ConvGemmCase>(table, {{3, 4, 1, 1, 1, 1}, size, size});
            if (size >= 3) check_conv<ConvGemmCase>(table, {{3, 4, 3, 3, 0, 1}, size, size});
        }
    });
}

TEST_CASE("conv_gemm: rows longer than a span, few inputs and many") {
    on_every_arch([](const KernelTable& table) {
        // (A span is of 6144 floats, but of 96 pixels at least.)
        for (const auto& [in, pixels] : {std::pair{32, 192}, {32, 383}, {40, 201}, {64, 193}, {130, 97}})
            check_conv<ConvGemmCase>(table, {{in, 40, 1, 1, 0, 1}, 1, pixels, 0, 0, Activation::relu});
        for (const int width : {97, 200}) check_conv<ConvGemmCase>(table, {{64, 9, 3, 1, 1, 1}, 2, width});
    });
}

TEST_CASE("conv_gemm: few inputs to one register, tiles and what remains, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (const int width : {1, 11, 12, 13, 24, 31, 767, 768, 781}) {
            check_conv<ConvGemmCase>(table, {{8, 16, 1, 1, 0, 1}, 1, width, 0, 0, Activation::leaky_relu});
            check_conv<ConvGemmCase>(table, {{8, 16, 1, 1, 0, 1}, 2, width, 0, 3, Activation::relu});
            check_conv<ConvGemmCase>(table, {{8, 16, 1, 1, 0, 1}, 1, width, 1, 0});
            check_conv<ConvGemmCase>(table, {{8, 48, 1, 1, 0, 1}, 1, width});
            check_conv<ConvGemmCase>(table, {{8, 16, 1, 1, 0, 4}, 1, width});
            check_conv<ConvGemmCase>(table, {{8, 16, 1, 1, 1, 1}, 1, width});
        }
    });
}

TEST_CASE("conv_gemm: channel counts of the two networks, small maps") {
    on_every_arch([](const KernelTable& table) {
        for (const auto& [in, out] :
             {std::pair{8, 16}, {16, 32}, {64, 64}, {64, 128}, {256, 64}, {64, 32}, {32, 8}}) {
            check_conv<ConvGemmCase>(table, {{in, out, 1, 1, 0, 1}, 4, 5});
        }
        for (const auto& [in, out] : {std::pair{64, 18}, {64, 9}, {64, 27}, {16, 54}}) {
            check_conv<ConvGemmCase>(table, {{in, out, 3, 1, 1, 1}, 5, 20});
        }
    });
}

TEST_CASE("conv_gemm: four output channels more than whole registers, of runs in whole quarters or not") {
    on_every_arch([](const KernelTable& table) {
        for (const auto& [in, out] :
             {std::pair{4, 20}, {12, 52}, {52, 84}, {6, 20}, {8, 19}, {8, 21}, {8, 36}}) {
            for (const int width : {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 25}) {
                check_conv<ConvGemmCase>(table,
                                         {{in, out, 1, 1, 0, 1}, 1, width, 0, 0, Activation::leaky_relu});
                check_conv<ConvGemmCase>(table,
                                         {{in, out, 3, 2, 1, 1}, 3, width, 1, 3, Activation::relu, false});
            }
        }
        check_conv<ConvGemmCase>(table, {{52, 52, 1, 1, 0, 1}, 7, 31});
        check_conv<ConvGemmCase>(table, {{52, 52, 3, 1, 1, 1}, 5, 14});
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
                check_conv<ConvGemmCase>(table, {g, size, size + 2, 0, 0, Activation::relu});
                check_conv<ConvGemmCase>(table, {g, size, size, 3, 1, Activation::leaky_relu, false});
            }
        }
        check_conv<ConvGemmCase>(table, {{8, 8, 3, 1, 1, 4}, 1, 1});
    });
}

TEST_CASE("conv_gemm: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvGemmCase>(table, {{8, 20, 3, 1, 1, 1}, 6, 13, 0, 0, activation});
    });
}

TEST_CASE("conv_gemm: supports any geometry") {
    on_every_arch([](const KernelTable& table) {
        check_supports(*table.conv_gemm, true,
                       {{8, 8, 3, 3, 1, 8},
                        {8, 8, 3, 1, 0, 8},
                        {8, 8, 5, 1, 2, 8},
                        {8, 16, 3, 1, 1, 8},
                        {8, 8, 3, 1, 1, 4},
                        {8, 8, 3, 3, 1, 1},
                        {8, 8, 3, 1, 1, 2}});
    });
}

TEST_CASE("conv_gemm: a NaN reaches every output whose window holds it, through every epilogue") {
    on_every_arch([](const KernelTable& table) { check_nan_spreads<ConvGemmCase>(table, 1); });
}

TEST_CASE("conv_gemm: the shapes of the detectors") {
    check_networks_shapes<ConvGemmCase>();
}

}  // namespace
}  // namespace featherface::test
