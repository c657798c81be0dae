// Which files a verb writes for its pictures, and that none of them is a file it reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "tools/pictures/pictures.hpp"

namespace featherface::tools {

// True when `output` is to be a folder of files: there are several pictures, it is a folder already, or it
// ends in '/'.
bool is_output_folder(const PictureList& list, const std::filesystem::path& output);

// <folder>/<stem><extension> for each picture.
std::vector<std::filesystem::path> paths_in_folder(const PictureList& list,
                                                   const std::filesystem::path& folder,
                                                   const std::string& extension);

// Everything a verb reads: the files and folders that were named, and the pictures they stand for.
struct ReadFiles {
    std::vector<std::string> files;
    const PictureList& list;
};

// The files to be written, `outputs`, again. `output` is what was asked for: one of them, or their folder.
// Errors: invalid_argument when any of these is one of the files or folders that are read, whatever it is
// called; and when `output` is "-", for these files do not go to standard output.
Result<std::vector<std::filesystem::path>> check_not_inputs(std::vector<std::filesystem::path> outputs,
                                                            const std::filesystem::path& output,
                                                            const ReadFiles& read);

// Whether files whose names nobody knows yet can be written as <folder>/<stem>... for each picture. Errors:
// invalid_argument when one of the pictures lies where such files would, for it might be one of them.
Status check_apart(const std::filesystem::path& folder, const PictureList& list);

}  // namespace featherface::tools
