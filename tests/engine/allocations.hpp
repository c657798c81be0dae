// The test program's own operator new: it counts, and it fails on demand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace featherface::test {

// Allocations so far, by the calling thread and by all of them.
std::size_t allocations_here();
std::size_t allocations_anywhere();

// While it lives, allocations of the thread that made it fail: all but the first `count`, and those of more
// than `largest` bytes.
class MemoryLimit {
  public:
    static constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

    explicit MemoryLimit(std::int64_t count, std::int64_t largest = kAny);
    ~MemoryLimit();
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;
};

}  // namespace featherface::test
