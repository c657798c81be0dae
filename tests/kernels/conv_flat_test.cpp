// conv_flat against plain loops in double precision.
#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

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
                    check_conv<ConvFlatCase>(table, {g, height, width});
                    check_conv<ConvFlatCase>(table, {g, height, width, 3, 1, Activation::leaky_relu, false});
                }
            }
            for (const int width : {15, 16, 17, 31, 32, 33, 64, 65, 80}) {
                check_conv<ConvFlatCase>(table, {g, 4, width, 0, 0, Activation::relu});
                check_conv<ConvFlatCase>(table, {g, 3, width, 1, 2});
            }
        }
    });
}

TEST_CASE("conv_flat: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvFlatCase>(table, {{8, 8, 3, 1, 1, 4}, 6, 13, 0, 0, activation});
    });
}

TEST_CASE("conv_flat: supports few channels that the lanes divide or that divide them, at stride 1") {
    on_every_arch([](const KernelTable& table) {
        check_supports(*table.conv_flat, false,
                       {{8, 8, 3, 2, 1, 8},
                        {3, 3, 3, 1, 1, 3},
                        {8, 16, 3, 1, 1, 8},
                        {32, 16, 1, 1, 0, 4},
                        {8, 1, 3, 1, 1, 1}});
    });
}

TEST_CASE("conv_flat: the shapes of the detectors") {
    check_networks_shapes<ConvFlatCase>();
}

}  // namespace
}  // namespace featherface::test
