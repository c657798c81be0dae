// The file of --resume: JSON lines that an earlier run wrote, and this one goes on with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::tools {

class ResumedFile {
  public:
    // Opens or makes the file, and reads which pictures it has, whatever it says of them. A last line without
    // an end, as a killed program or a full disk leaves it, is cut off. Errors: output_error (it cannot be
    // written; another process has it open so); malformed (a line that is none of `detect --format jsonl`,
    // with its number).
    static Result<ResumedFile> open(const std::filesystem::path& path);

    ResumedFile(ResumedFile&& other) noexcept;
    ResumedFile& operator=(ResumedFile&&) = delete;
    ~ResumedFile();

    // Whether the file has a line for a picture of this name that was not asked about before: of a picture
    // that is named twice there are two.
    bool take(const std::string& picture);

    // Adds whole lines. Of what cannot be written completely, nothing stays. Errors: output_error.
    Status write(std::string_view lines);

  private:
    ResumedFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    Status read_lines();
    Status fail(std::string_view what, int number) const;

    int fd_ = -1;
    std::string name_;
    std::map<std::string, std::size_t, std::less<>> done_;  // how many lines each picture has
};

}  // namespace featherface::tools
