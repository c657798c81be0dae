#include "tools/pictures/stb_write_memory.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace featherface::tools {
namespace {

// Stands before each block, in a list of all of this thread's; as large as the strictest alignment, which the
// block keeps.
struct alignas(std::max_align_t) StbWriteBlock {
    StbWriteBlock* before;
    StbWriteBlock* behind;
};

thread_local StbWriteBlock* newest = nullptr;

}  // namespace

StbWriteMemory::StbWriteMemory() = default;

StbWriteMemory::~StbWriteMemory() {
    while (newest != nullptr) stb_write_release(newest + 1);
}

void* stb_write_allocate(std::size_t size) {
    auto* block = static_cast<StbWriteBlock*>(::operator new(sizeof(StbWriteBlock) + size));
    *block = {newest, nullptr};
    if (newest != nullptr) newest->behind = block;
    newest = block;
    return block + 1;
}

void* stb_write_reallocate(void* block, std::size_t old_size, std::size_t size) {
    void* grown = stb_write_allocate(size);
    if (block == nullptr) return grown;
    std::memcpy(grown, block, std::min(old_size, size));
    stb_write_release(block);
    return grown;
}

void stb_write_release(void* memory) noexcept {
    if (memory == nullptr) return;
    StbWriteBlock* block = static_cast<StbWriteBlock*>(memory) - 1;
    if (block->before != nullptr) block->before->behind = block->behind;
    (block->behind != nullptr ? block->behind->before : newest) = block->before;
    ::operator delete(block);
}

}  // namespace featherface::tools
