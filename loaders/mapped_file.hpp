// A whole regular file as bytes in memory. Every checkpoint and picture that is accepted is read into a
// private map, so that the file may be cut, overwritten or deleted meanwhile and afterwards; what is larger
// than the caller wants copied, as dumps may be, is mapped from disk, and cutting it while it is in use ends
// the program, as with any map of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

constexpr std::uint64_t kLargestFileBytes = std::uint64_t{2} << 30;  // a checkpoint has a few million

class MappedFile {
  public:
    // Errors, all naming the file: io_error (missing, no permission, a directory, FIFO or device, a loop of
    // links, shrank while it was read), malformed (empty), limit_exceeded (over `largest` bytes).
    static Result<MappedFile> open(const std::filesystem::path& path,
                                   std::uint64_t largest = kLargestFileBytes,
                                   std::uint64_t largest_copied = kLargestFileBytes);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    // Page-aligned, and unmoved when the MappedFile is.
    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

}  // namespace featherface::loaders
