// conv_winograd against plain loops in double precision.
#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE(
    "conv_winograd: every height and width from 1 to 9, in and out of slices, more tiles than one round") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 9; ++height) {
            for (int width = 1; width <= 9; ++width) {
                check_conv<ConvWinogradCase>(table,
                                             {{16, 17, 3, 1, 1, 1}, height, width, 0, 0, Activation::relu});
                check_conv<ConvWinogradCase>(
                    table, {{19, 16, 3, 1, 1, 1}, height, width, 3, 1, Activation::leaky_relu, false});
            }
        }
        for (const auto& [in, out] : {std::pair{64, 54}, {16, 54}, {16, 27}, {33, 65}, {14, 54}, {13, 27}}) {
            check_conv<ConvWinogradCase>(table, {{in, out, 3, 1, 1, 1}, 13, 35});
        }
    });
}

TEST_CASE("conv_winograd: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvWinogradCase>(table, {{16, 18, 3, 1, 1, 1}, 6, 13, 0, 0, activation});
    });
}

TEST_CASE("conv_winograd: supports ungrouped 3x3 at stride 1, pad 1, of 12 channels to 16 or more") {
    on_every_arch([](const KernelTable& table) {
        check_supports(*table.conv_winograd, true, {{16, 16, 3, 1, 1, 1}, {12, 16, 3, 1, 1, 1}});
        check_supports(*table.conv_winograd, false,
                       {{11, 16, 3, 1, 1, 1},
                        {16, 15, 3, 1, 1, 1},
                        {16, 16, 3, 2, 1, 1},
                        {16, 16, 3, 1, 0, 1},
                        {16, 16, 1, 1, 1, 1},
                        {16, 16, 3, 1, 1, 2}});
    });
}

TEST_CASE("conv_winograd: the shapes of the detectors") {
    check_networks_shapes<ConvWinogradCase>();
}

}  // namespace
}  // namespace featherface::test
