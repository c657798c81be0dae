// At which sizes a picture is looked at: its own and halves of it. Nothing here touches pixels.
#pragma once

#include <cstdint>

namespace featherface::engine {

// A side of the next smaller size.
constexpr int half(int side) {
    return side / 2 + side % 2;
}

// What kAutoScales stands for, as a set of bits like DetectorOptions::scales.
std::uint32_t automatic_scales(int width, int height);

}  // namespace featherface::engine
