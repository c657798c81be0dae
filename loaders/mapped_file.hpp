// A regular file's bytes in memory, read into a map of their own: the file may be cut, overwritten or deleted
// meanwhile and afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/memory_map.hpp"
#include "loaders/regular_file.hpp"

namespace featherface::loaders {

constexpr std::uint64_t kLargestFileBytes = std::uint64_t{2} << 30;  // a checkpoint has a few million

// What is known of a file before it is read whole; of a short one both are all of it.
struct FileEnds {
    std::span<const std::byte> beginning;
    std::span<const std::byte> end;  // empty when it is not known yet, as of a pipe
    std::uint64_t size = 0;          // of the whole; 0 when it is not known yet
};

// How many bytes a file that begins and ends so may have, as its headers have it, or why it is refused. Where
// the answer is less than the file has, it is asked again with a beginning of so many bytes.
using Allowance = std::function<Result<std::uint64_t>(const FileEnds&)>;

constexpr std::size_t kFileBeginning = std::size_t{1} << 16;

// A limit_exceeded: `size` bytes (0: unknown), of which `allowed` may be.
Status beyond_allowance(std::uint64_t allowed, std::uint64_t size);

// The whole of it.
class MappedFile {
  public:
    // Errors, all naming the file: those of RegularFile; io_error when it shrank while it was read; what
    // `allowance` says, before more than what it has seen is read; out_of_memory.
    static Result<MappedFile> open(const std::filesystem::path& path,
                                   std::uint64_t largest = kLargestFileBytes,
                                   const Allowance& allowance = {});

    std::span<const std::byte> bytes() const { return map_.bytes(); }

  private:
    explicit MappedFile(MemoryMap map) : map_(std::move(map)) {}
    MemoryMap map_;
};

// Those parts of it that are asked for. Not for several threads at once.
class FileParts {
  public:
    // Errors: as above, without an allowance.
    static Result<FileParts> open(const std::filesystem::path& path, std::uint64_t largest);

    // As large as the file; what was never loaded is 0.
    std::span<const std::byte> bytes() const { return map_.bytes(); }
    // Reads what is not there yet of these bytes, as far as the file has them. Errors, without the file's
    // name: io_error.
    Status load(std::uint64_t offset, std::uint64_t size);
    // Gives back the memory of these bytes, but for pages they share with others.
    void drop(std::uint64_t offset, std::uint64_t size);

  private:
    FileParts(RegularFile file, MemoryMap map);
    RegularFile file_;
    MemoryMap map_;
    std::vector<bool> loaded_;  // per page
};

}  // namespace featherface::loaders
