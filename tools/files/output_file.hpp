// Files that appear under their names only when they are complete, and folders for them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::tools {

// Writes everything to an open descriptor: 0, or the error's number.
int write_all(int descriptor, std::span<const std::byte> bytes);

// Writes to a temporary file beside the target, which takes the target's place in commit(); a process that is
// killed leaves it behind (.featherface-*.tmp). Symbolic links are followed; a target that is a pipe or a
// device (/dev/stdout, /dev/full) is written to directly. All errors are output_error and name the target.
class OutputFile {
  public:
    // Refuses a directory and a file this user may not write, before anything is written.
    static Result<OutputFile> create(const std::filesystem::path& path);

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&& other) noexcept;
    ~OutputFile();  // without commit(): the target is as it was before

    Status write(std::span<const std::byte> bytes);
    Status write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
    // Puts the file in its place. Nothing may be written after it.
    Status commit();

  private:
    OutputFile() = default;
    Status fail(std::string_view what, int number) const;
    void discard();

    int fd_ = -1;
    std::string name_;                 // of the target, as the caller gave it
    std::filesystem::path target_;     // with links followed
    std::filesystem::path temporary_;  // empty when the target is written to directly
};

// Writes the whole file or none of it, as an OutputFile. Errors: output_error.
Status write_file(const std::filesystem::path& path, std::string_view text);

// Makes the folder and those above it. Errors: output_error.
Status make_folder(const std::filesystem::path& path);

}  // namespace featherface::tools
