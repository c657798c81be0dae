#include "bench/work.hpp"

#include <doctest/doctest.h>

#include "engine/topologies/topologies.hpp"

namespace featherface::bench {
namespace {

TEST_CASE("work: a convolution is its output's elements times its window") {
    engine::Builder net("a convolution");
    const auto conv = net.conv3x3("conv", net.input(6), 8, /*stride=*/2, engine::Bias::no, /*groups=*/2);
    net.output("map", conv);
    CHECK(multiply_adds(net.finish(), 9, 6) == 5 * 3 * 8 * (6 / 2) * 9);
}

TEST_CASE("work: a deformable convolution is its products, its samples, and the convolutions it reads") {
    engine::Builder net("a deformable convolution");
    net.output("map", net.deform_conv3x3("conv", net.input(4), 10));
    const int pixels = 7 * 5;
    CHECK(multiply_adds(net.finish(), 7, 5) == pixels * (10 * 4 * 9 + 4 * 4 * 9 + (18 + 9) * 4 * 9));
}

TEST_CASE("work: the networks' totals are those of the architecture") {
    // Counted by hooks on PyTorch's modules; V1's samples are 8400 cells * 9 taps * 176 channels * 4 corners.
    CHECK(multiply_adds(engine::featherface_v1(), 640, 640) == 1'243'802'176 + 53'222'400);
    CHECK(multiply_adds(engine::featherface_v2(), 640, 640) == 410'568'000);
}

}  // namespace
}  // namespace featherface::bench
