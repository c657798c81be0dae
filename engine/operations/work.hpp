// How much an operation computes and how many bytes it has to move, from shapes alone.
//
// Counted as arithmetic are the multiply-adds of convolutions and matrix products, and the four of each
// bilinear sample of a deformable convolution. Elementwise steps, pools and resizing count none. Bytes are
// the least that must move: each input and each weight once, each output once.
#pragma once

#include <cstdint>

#include "engine/operations/shape.hpp"

namespace featherface::engine {

struct Work {
    std::int64_t multiply_adds = 0;
    std::int64_t map_bytes = 0;     // read and written
    std::int64_t weight_bytes = 0;  // as the checkpoint has them, in float32

    std::int64_t flops() const { return 2 * multiply_adds; }
    std::int64_t bytes() const { return map_bytes + weight_bytes; }
    Work& operator+=(const Work& other) {
        multiply_adds += other.multiply_adds;
        map_bytes += other.map_bytes;
        weight_bytes += other.weight_bytes;
        return *this;
    }
};

inline std::int64_t float_bytes(std::int64_t count) {
    return count * static_cast<std::int64_t>(sizeof(float));
}
inline std::int64_t float_bytes(const Shape& shape) {
    return float_bytes(shape.elements());
}

// Every input read once, the output written once.
inline Work moving_maps(const Extents& extents) {
    Work work{.map_bytes = float_bytes(extents.output)};
    for (const Shape& input : extents.inputs) work.map_bytes += float_bytes(input);
    return work;
}

}  // namespace featherface::engine
