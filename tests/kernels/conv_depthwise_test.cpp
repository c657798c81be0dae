// conv_depthwise against plain loops in double precision.
#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("conv_depthwise: strides 1 and 2, every height and width from 1 to 7, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (int stride = 1; stride <= 2; ++stride) {
            for (int height = 1; height <= 7; ++height) {
                for (int width = 1; width <= 7; ++width) {
                    check_conv<ConvDepthwiseCase>(table, {{8, 8, 3, stride, 1, 8}, height, width});
                    check_conv<ConvDepthwiseCase>(
                        table,
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
                    check_conv<ConvDepthwiseCase>(
                        table,
                        {{channels, channels, 3, stride, 1, channels}, 5, width, 0, 0, Activation::relu});
                    check_conv<ConvDepthwiseCase>(
                        table, {{channels, channels, 3, stride, 1, channels}, 4, width, 1, 2});
                }
            }
        }
    });
}

TEST_CASE("conv_depthwise: rows of one and several spans, whole and in part") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : {64, 131, 300}) {
            for (int stride = 1; stride <= 2; ++stride) {
                for (const int pixels : {8, 9, 10, 16, 17, 18, 19, 20, 21, 33, 35, 41}) {
                    check_conv<ConvDepthwiseCase>(table, {{channels, channels, 3, stride, 1, channels},
                                                          5,
                                                          stride * pixels,
                                                          0,
                                                          0,
                                                          Activation::leaky_relu});
                }
            }
        }
    });
}

TEST_CASE("conv_depthwise: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvDepthwiseCase>(table, {{19, 19, 3, 1, 1, 19}, 6, 13, 0, 0, activation});
    });
}

TEST_CASE("conv_depthwise: supports 3x3 of as many groups as channels, pad 1, strides 1 and 2") {
    on_every_arch([](const KernelTable& table) {
        check_supports(*table.conv_depthwise, true, {{8, 8, 3, 1, 1, 8}, {27, 27, 3, 2, 1, 27}});
        check_supports(*table.conv_depthwise, false,
                       {{8, 8, 3, 3, 1, 8},
                        {8, 8, 3, 1, 0, 8},
                        {8, 8, 5, 1, 2, 8},
                        {8, 16, 3, 1, 1, 8},
                        {8, 8, 3, 1, 1, 4}});
    });
}

TEST_CASE("conv_depthwise: a NaN reaches every output whose window holds it, through every epilogue") {
    on_every_arch([](const KernelTable& table) { check_nan_spreads<ConvDepthwiseCase>(table, 5); });
}

TEST_CASE("conv_depthwise: the shapes of the detectors") {
    check_networks_shapes<ConvDepthwiseCase>();
}

}  // namespace
}  // namespace featherface::test
