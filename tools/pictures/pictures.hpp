// Which pictures a command line means.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "featherface/image_file.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

struct Picture {
    std::string name;            // as results call it: the path as given, or below the folder as given; "-"
    std::filesystem::path stem;  // for files made from it, below some folder: no extension, no two alike
};

struct PictureList {
    std::vector<Picture> pictures;
    std::vector<Status> errors;  // folders that could not be read or hold no picture
    bool is_one_file = false;    // a single input, and that no folder
};

// Adds the names in a file, a name on each line, or, where there is a zero byte, between such; "-" is
// standard input. Lines without anything are left out. Errors: io_error, limit_exceeded.
Status add_listed(const std::string& file, std::vector<std::string>& inputs);

// `listed` is the file that some of the inputs come from. Errors: invalid_argument when there is no input and
// no such file, or when standard input is read twice.
Status check_inputs(std::span<const std::string> inputs,
                    const std::optional<std::string>& listed = std::nullopt);

// A folder's name without slashes at its end: what libstdc++ 12 appends to a path with one, where memory runs
// out, ends the program.
std::filesystem::path without_slash(const std::filesystem::path& folder);

// A folder stands for every file in it and in the folders below that has a picture's extension, in order of
// their names; hidden files and folders, links to folders, and those that are `skipped` are left out. "-" is
// standard input. Whether files can be read is not checked here.
PictureList list_pictures(std::span<const std::string> inputs,
                          const std::vector<std::filesystem::path>& skipped = {});

// Called before a picture is decoded with the pixels that its file promises, 0 if that is not known.
using BeforeDecoding = std::function<void(std::int64_t pixels)>;

// Decodes the file of that name; "-" is standard input. Errors: as read_image().
Result<Image> read_picture(const std::string& name, const ImageReadOptions& options,
                           const BeforeDecoding& before = {});

}  // namespace featherface::tools
