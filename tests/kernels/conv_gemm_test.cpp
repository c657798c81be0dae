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

TEST_CASE("conv_gemm: rows longer than a tile and than a span, ending anywhere") {
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

TEST_CASE("conv_gemm: the stem, every height and width from 1 to 9, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 9; ++height) {
            for (int width = 1; width <= 9; ++width) {
                check_conv<ConvGemmCase>(table, {kernels::kStem, height, width, 0, 0, Activation::relu});
                check_conv<ConvGemmCase>(
                    table, {kernels::kStem, height, width, 2, 1, Activation::leaky_relu, false});
            }
        }
    });
}

TEST_CASE(
    "conv_gemm: the stem, rows of one and several tiles, whole and in part, with and without what remains") {
    on_every_arch([](const KernelTable& table) {
        for (const int tile : {table.lanes, 2 * table.lanes, 3 * table.lanes, 6 * table.lanes}) {
            for (int width = 2 * tile - 3; width <= 2 * tile + 3; ++width) {
                check_conv<ConvGemmCase>(table, {kernels::kStem, 4, width, 0, 0, Activation::leaky_relu});
                check_conv<ConvGemmCase>(table, {kernels::kStem, 5, width, 1, 0});
                check_conv<ConvGemmCase>(table,
                                         {kernels::kStem, 5, width, 0, 3, Activation::relu, true, false});
            }
        }
    });
}

TEST_CASE("conv_gemm: the stem, every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvGemmCase>(table, {kernels::kStem, 6, 77, 0, 0, activation});
    });
}

TEST_CASE("conv_gemm: the stem has the same bits in registers of every width") {
    on_every_arch([](const KernelTable& table) {
        const ConvShape shape{kernels::kStem, 21, 139, 0, 0, Activation::leaky_relu};
        const KernelTable& fitting = table.narrower != nullptr ? *table.narrower : table;
        ConvGemmCase wide(table, shape);
        ConvGemmCase narrow(fitting, shape);
        const Rows rows{0, wide.output.map().height};
        wide.run(wide.output.map(), rows);
        narrow.run(narrow.output.map(), rows);
        const std::size_t floats = static_cast<std::size_t>(11 * 70 * 8);
        CHECK(std::memcmp(wide.output.map().data, narrow.output.map().data, floats * sizeof(float)) == 0);
    });
}

TEST_CASE("conv_gemm: the stem, a NaN reaches every output whose window holds it, and no other") {
    on_every_arch([](const KernelTable& table) {
        ConvGemmCase c(table, {kernels::kStem, 8, 90, 0, 0, Activation::leaky_relu});
        c.input.at(3, 40, 1) = kNaN;
        c.run(c.output.map(), {0, 4});
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 45; ++x) {
                const bool near = std::abs(2 * y - 3) <= 1 && std::abs(2 * x - 40) <= 1;
                for (int o = 0; o < 8; ++o) CHECK(std::isnan(c.output.at(y, x, o)) == near);
            }
        }
    });
}

TEST_CASE("conv_gemm: the shapes of the detectors") {
    check_networks_shapes<ConvGemmCase>();
}

}  // namespace
}  // namespace featherface::test
