// Opening a file whose size is known and whose bytes can be read at will: a regular one, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

class RegularFile {
  public:
    // Errors, all naming the file: io_error (missing, no permission, a directory, FIFO or device, a loop of
    // links), malformed (empty), limit_exceeded (over `largest` bytes).
    static Result<RegularFile> open(const std::filesystem::path& path, std::uint64_t largest);

    RegularFile(RegularFile&& other) noexcept;
    RegularFile& operator=(RegularFile&& other) noexcept;
    ~RegularFile();

    std::uint64_t size() const { return size_; }  // when it was opened
    // Fills `to` from `offset` on. Errors, without the file's name: io_error, also when the file has become
    // shorter.
    Status read(std::uint64_t offset, std::span<std::byte> to) const;

    std::intptr_t handle() const { return handle_; }  // as the system has it: a descriptor or a HANDLE

  private:
    RegularFile(std::intptr_t handle, std::uint64_t size) : handle_(handle), size_(size) {}
    std::intptr_t handle_;
    std::uint64_t size_;
};

}  // namespace featherface::loaders
