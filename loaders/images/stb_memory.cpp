#include "loaders/images/stb_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace featherface::loaders {
namespace {

// One stands before each block and is as large as the strictest alignment, which the block keeps.
struct alignas(std::max_align_t) BlockHeader {
    std::size_t size;
};

thread_local std::size_t bytes_left = 0;
thread_local bool refused = false;

}  // namespace

StbMemoryBudget::StbMemoryBudget(std::size_t bytes) {
    bytes_left = bytes;
    refused = false;
}

StbMemoryBudget::~StbMemoryBudget() {
    bytes_left = 0;
}

bool StbMemoryBudget::exceeded() const {
    return refused;
}

void* stb_allocate(std::size_t size) {
    void* memory = size <= bytes_left ? std::calloc(1, sizeof(BlockHeader) + size) : nullptr;
    if (memory == nullptr) {
        refused = true;
        return nullptr;
    }
    bytes_left -= size;
    auto* header = static_cast<BlockHeader*>(memory);
    header->size = size;
    return header + 1;
}

void* stb_reallocate(void* block, std::size_t size) {
    void* grown = stb_allocate(size);
    if (block == nullptr || grown == nullptr) return grown;
    std::memcpy(grown, block, std::min(size, (static_cast<BlockHeader*>(block) - 1)->size));
    stb_release(block);
    return grown;
}

void stb_release(void* block) {
    if (block == nullptr) return;
    auto* header = static_cast<BlockHeader*>(block) - 1;
    bytes_left += header->size;
    std::free(header);
}

}  // namespace featherface::loaders
