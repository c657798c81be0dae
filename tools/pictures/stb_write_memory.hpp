// The memory stb_image_write works in. Its growing buffers take every allocation to have succeeded, so one
// that does not must not return: it throws, and whatever the encoder had is released with this.
#pragma once

#include <cstddef>

namespace featherface::tools {

// While it lives, stb_image_write may allocate in this thread.
class StbWriteMemory {
  public:
    StbWriteMemory();
    ~StbWriteMemory();
    StbWriteMemory(const StbWriteMemory&) = delete;
    StbWriteMemory& operator=(const StbWriteMemory&) = delete;
};

// What stb_image_write calls for malloc, realloc and free; the first two throw std::bad_alloc.
void* stb_write_allocate(std::size_t size);
void* stb_write_reallocate(void* block, std::size_t old_size, std::size_t size);
void stb_write_release(void* block) noexcept;

}  // namespace featherface::tools
