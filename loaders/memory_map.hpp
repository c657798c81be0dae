// Memory by the page, straight from the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"
#include "loaders/regular_file.hpp"

namespace featherface::loaders {

class MemoryMap {
  public:
    MemoryMap() = default;
    // Zeros, of which only what is written to takes memory. Errors: out_of_memory.
    static Result<MemoryMap> make(std::uint64_t size);
    // The file itself, not to be written to. One that is cut while in use ends the program. Errors, without
    // the file's name: io_error, out_of_memory.
    static Result<MemoryMap> of_file(const RegularFile& file);

    MemoryMap(MemoryMap&& other) noexcept;
    MemoryMap& operator=(MemoryMap&& other) noexcept;
    ~MemoryMap();

    std::span<std::byte> bytes() const { return bytes_; }  // page-aligned, and unmoved when the map is

    // Writing to it ends the program from here on.
    void protect();
    // Gives back whole pages in made memory, which are zeros then. False where the system keeps them.
    bool drop(std::uint64_t offset, std::uint64_t size);

  private:
    explicit MemoryMap(std::span<std::byte> bytes) : bytes_(bytes) {}
    std::span<std::byte> bytes_;
};

}  // namespace featherface::loaders
