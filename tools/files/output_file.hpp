// Files that appear under their names only when they are complete, and folders for them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "featherface/status.hpp"
#include "tools/files/temporary_names.hpp"

namespace featherface::tools {

// Writes everything to an open descriptor: 0, or the error's number.
int write_all(int descriptor, std::span<const std::byte> bytes);

// Writes to a file without a name on the target's file system, which takes the target's place in commit(): a
// process that ends before leaves nothing. Where the system has no such files it has a name beside the target
// (.featherface-*.tmp), which signals that end the program remove, all but SIGKILL. Symbolic links are
// followed. A target that cannot be replaced (a file that is a mount point, or in a folder that may not be
// written to) is written over in commit(), one that is a pipe or a device (/dev/stdout, /dev/full) at once.
// All errors are output_error and name the target.
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
    int open_temporary(const std::filesystem::path& folder, bool target_exists);
    int name_unnamed();
    int replace_target();
    int write_over_target();
    void discard();

    enum class Place { target, unnamed, named, elsewhere };

    int fd_ = -1;
    Place place_ = Place::target;      // of what is written to
    std::string name_;                 // of the target, as the caller gave it
    std::filesystem::path target_;     // with links followed
    std::filesystem::path temporary_;  // Place::named
    TemporaryName temporary_name_;
};

// Writes the whole file or none of it, as an OutputFile. Errors: output_error.
Status write_file(const std::filesystem::path& path, std::string_view text);

// Makes the folder and those above it. Errors: output_error.
Status make_folder(const std::filesystem::path& path);

}  // namespace featherface::tools
