// A file that is on no disk, for readers that want a path.
#pragma once

#include <string>
#include <string_view>

namespace featherface::fuzz {

class MemoryFile {
  public:
    explicit MemoryFile(std::string_view content);
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile();

    const std::string& path() const { return path_; }

  private:
    int descriptor_;
    std::string path_;
};

}  // namespace featherface::fuzz
