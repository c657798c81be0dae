#include "engine/runtime/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace featherface::engine {

namespace {

constexpr std::size_t kAlignFloats = 16;

std::size_t aligned(std::size_t floats) {
    return (floats + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

}  // namespace

std::size_t place(std::vector<Buffer>& buffers) {
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return buffers[a].floats != buffers[b].floats ? buffers[a].floats > buffers[b].floats : a < b;
    });

    std::size_t arena = 0;
    std::vector<std::size_t> placed;  // indices, by offset
    for (const std::size_t index : order) {
        Buffer& buffer = buffers[index];
        std::size_t offset = 0;
        for (const std::size_t other_index : placed) {
            const Buffer& other = buffers[other_index];
            if (other.last < buffer.first || buffer.last < other.first) continue;
            if (offset + aligned(buffer.floats) <= other.offset) break;
            offset = std::max(offset, other.offset + aligned(other.floats));
        }
        buffer.offset = offset;
        arena = std::max(arena, offset + aligned(buffer.floats));
        placed.insert(std::upper_bound(placed.begin(), placed.end(), index,
                                       [&](std::size_t a, std::size_t b) {
                                           return buffers[a].offset < buffers[b].offset;
                                       }),
                      index);
    }
    return arena;
}

}  // namespace featherface::engine
