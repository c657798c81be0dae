// For systems as POSIX has them; memory_map_windows.cpp is the other.
#if !defined(_WIN32)
#include "loaders/memory_map.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

Status no_memory_for(std::uint64_t size) {
    return error(StatusCode::out_of_memory, "not enough memory for " + count_of(size, "byte"));
}

Status cannot_map(std::uint64_t size) {
    if (errno == ENOMEM) return no_memory_for(size);
    return system_error("cannot map memory", errno);
}

}  // namespace

Result<MemoryMap> MemoryMap::make(std::uint64_t size) {
    if (!std::in_range<std::size_t>(size)) return no_memory_for(size);
    void* map =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) return cannot_map(size);
    return MemoryMap({static_cast<std::byte*>(map), static_cast<std::size_t>(size)});
}

Result<MemoryMap> MemoryMap::of_file(const RegularFile& file) {
    if (!std::in_range<std::size_t>(file.size())) return no_memory_for(file.size());
    void* map = ::mmap(nullptr, file.size(), PROT_READ, MAP_PRIVATE, static_cast<int>(file.handle()), 0);
    if (map == MAP_FAILED) return cannot_map(file.size());
    return MemoryMap({static_cast<std::byte*>(map), static_cast<std::size_t>(file.size())});
}

void MemoryMap::protect() {
    ::mprotect(bytes_.data(), bytes_.size(), PROT_READ);
}

bool MemoryMap::drop(std::uint64_t offset, std::uint64_t size) {
    return ::madvise(bytes_.data() + offset, size, MADV_DONTNEED) == 0;
}

MemoryMap::MemoryMap(MemoryMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MemoryMap& MemoryMap::operator=(MemoryMap&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MemoryMap::~MemoryMap() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace featherface::loaders
#endif
