#include "fuzz/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/target.hpp"

namespace featherface::fuzz {

MemoryFile::MemoryFile(std::string_view content)
    : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
    require(descriptor_ >= 0);
    require(::write(descriptor_, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
}

MemoryFile::~MemoryFile() {
    ::close(descriptor_);
}

}  // namespace featherface::fuzz
