// The memory stb_image works in: zeroed, so that nothing it forgets to write is left over from elsewhere, and
// bounded, so that a small file cannot unpack to gigabytes.
#pragma once

#include <cstddef>

namespace featherface::loaders {

// While it lives, stb_image may hold up to `bytes` of memory in this thread; without one, nothing.
class StbMemoryBudget {
  public:
    explicit StbMemoryBudget(std::size_t bytes);
    ~StbMemoryBudget();
    StbMemoryBudget(const StbMemoryBudget&) = delete;
    StbMemoryBudget& operator=(const StbMemoryBudget&) = delete;

    bool exceeded() const;  // whether an allocation was refused
};

// What stb_image calls for malloc, realloc and free.
void* stb_allocate(std::size_t size);
void* stb_reallocate(void* block, std::size_t size);
void stb_release(void* block);

}  // namespace featherface::loaders
