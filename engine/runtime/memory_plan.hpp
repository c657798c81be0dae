// Places buffers with known lifetimes into one arena.
#pragma once

#include <cstddef>
#include <vector>

namespace featherface::engine {

struct Buffer {
    std::size_t floats = 0;
    int first = 0;           // step that writes it
    int last = 0;            // last step that reads it
    std::size_t offset = 0;  // set by place()
};

// Sets every offset (a multiple of 16 floats) so that buffers alive at the same step do not overlap; returns
// the arena's size in floats. The largest is placed first, each at the lowest place that fits: the "greedy by
// size" of Pisarchyk and Lee, "Efficient memory management for deep neural net inference" (2020).
std::size_t place(std::vector<Buffer>& buffers);

}  // namespace featherface::engine
