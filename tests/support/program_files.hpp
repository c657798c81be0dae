// Files to run the featherface program on, in a folder that goes away with the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "featherface/image.hpp"
#include "support/files.hpp"

namespace featherface::test {

class ProgramFiles {
  public:
    // Paths in the folder, there or not.
    std::string path(std::string_view name) const { return dir_ / name; }
    const std::filesystem::path& folder() const { return dir_.path(); }

    // Each makes a file of that name and gives its path.
    std::string model(std::string_view name, std::string_view network) const;  // "v1", "v2", "classifier"
    std::string picture(std::string_view name, const Image& image) const;      // a PPM
    std::string text(std::string_view name, std::string_view content) const;

  private:
    TempDir dir_;
};

}  // namespace featherface::test
