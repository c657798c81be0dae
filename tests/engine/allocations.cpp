#include "engine/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace featherface::test {

namespace {

thread_local std::size_t made_here = 0;
std::atomic<std::size_t> made_anywhere{0};
thread_local std::int64_t left = MemoryLimit::kAny;
thread_local std::int64_t most = MemoryLimit::kAny;

// nullptr where it is to fail or does.
void* allocate(std::size_t size, std::size_t alignment) noexcept {
    ++made_here;
    ++made_anywhere;
    if (left == 0 || static_cast<std::int64_t>(size) > most) return nullptr;
    if (left != MemoryLimit::kAny) --left;
    return alignment <= alignof(std::max_align_t)
               ? std::malloc(size)
               : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
    void* memory = allocate(size, alignment);
    if (!memory) throw std::bad_alloc();
    return memory;
}

}  // namespace

std::size_t allocations_here() {
    return made_here;
}
std::size_t allocations_anywhere() {
    return made_anywhere;
}

MemoryLimit::MemoryLimit(std::int64_t count, std::int64_t largest) {
    left = count;
    most = largest;
}
MemoryLimit::~MemoryLimit() {
    left = most = kAny;
}

}  // namespace featherface::test

using featherface::test::allocate;
using featherface::test::allocate_or_throw;

void* operator new(std::size_t size) {
    return allocate_or_throw(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
// std::stable_sort and others ask without exceptions; each form must come from the allocator that its delete
// goes to.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
