// At which sizes a picture is looked at.
#include "engine/detect/scales.hpp"

#include <doctest/doctest.h>

#include "featherface/detector.hpp"

namespace featherface::test {

TEST_CASE("scales: halves are added until the longer side is small enough, rounding up") {
    constexpr int kMost = kAutoScalesSide;
    CHECK(engine::automatic_scales(1, 1) == kOwnScale);
    CHECK(engine::automatic_scales(kMost, kMost) == kOwnScale);
    CHECK(engine::automatic_scales(kMost + 1, 1) == 0b11);
    CHECK(engine::automatic_scales(3, kMost + 1) == 0b11);
    CHECK(engine::automatic_scales(2 * kMost, 2 * kMost) == 0b11);
    CHECK(engine::automatic_scales(2 * kMost + 1, 5) == 0b111);
    CHECK((engine::automatic_scales(kMaxPictureSide, 1) >> kMostHalvings) == 0);
    CHECK(engine::half(7) == 4);
    CHECK(engine::half(1) == 1);
}

}  // namespace featherface::test
