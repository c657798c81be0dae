// MemoryMap on Windows.
#if defined(_WIN32)
#include <windows.h>

#include <system_error>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/memory_map.hpp"

namespace featherface::loaders {
namespace {

Status cannot_map(std::uint64_t size, DWORD number) {
    if (number == ERROR_NOT_ENOUGH_MEMORY || number == ERROR_COMMITMENT_LIMIT)
        return error(StatusCode::out_of_memory, "not enough memory for " + count_of(size, "byte"));
    return error(StatusCode::io_error,
                 "cannot map memory: " + std::system_category().message(static_cast<int>(number)));
}

// A view of a section, which it keeps alive. One without a file is memory like any other, so that both kinds
// are given back in one way.
Result<std::span<std::byte>> view_of(HANDLE file, std::uint64_t size, DWORD pages, DWORD access) {
    const HANDLE section = ::CreateFileMappingW(file, nullptr, pages, static_cast<DWORD>(size >> 32),
                                                static_cast<DWORD>(size), nullptr);
    if (section == nullptr) return cannot_map(size, ::GetLastError());
    void* const view = ::MapViewOfFile(section, access, 0, 0, static_cast<std::size_t>(size));
    const DWORD number = ::GetLastError();
    ::CloseHandle(section);
    if (view == nullptr) return cannot_map(size, number);
    return std::span(static_cast<std::byte*>(view), static_cast<std::size_t>(size));
}

}  // namespace

Result<MemoryMap> MemoryMap::make(std::uint64_t size) {
    const auto view = view_of(INVALID_HANDLE_VALUE, size, PAGE_READWRITE, FILE_MAP_WRITE);
    if (!view.ok()) return view.status();
    return MemoryMap(view.value());
}

Result<MemoryMap> MemoryMap::of_file(const RegularFile& file) {
    const auto view =
        view_of(reinterpret_cast<HANDLE>(file.handle()), file.size(), PAGE_READONLY, FILE_MAP_READ);
    if (!view.ok()) return view.status();
    return MemoryMap(view.value());
}

void MemoryMap::protect() {
    DWORD before = 0;
    ::VirtualProtect(bytes_.data(), bytes_.size(), PAGE_READONLY, &before);
}

bool MemoryMap::drop(std::uint64_t, std::uint64_t) {
    return false;
}

MemoryMap::MemoryMap(MemoryMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MemoryMap& MemoryMap::operator=(MemoryMap&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MemoryMap::~MemoryMap() {
    if (!bytes_.empty()) ::UnmapViewOfFile(bytes_.data());
}

}  // namespace featherface::loaders
#endif
