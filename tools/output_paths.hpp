// Which files a verb writes for its pictures, and that none of them is a file it reads.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "tools/pictures.hpp"

namespace featherface::tools {

// True when `output` is to be a folder of files: there are several pictures, it is a folder already, or it
// ends in '/'.
bool is_output_folder(const PictureList& list, const std::filesystem::path& output);

// <folder>/<stem><extension> for each picture.
std::vector<std::filesystem::path> paths_in_folder(const PictureList& list,
                                                   const std::filesystem::path& folder,
                                                   const std::string& extension);

// Errors: invalid_argument when one of `outputs` is one of `inputs` (files or folders), whatever it is
// called.
Status check_not_inputs(std::span<const std::filesystem::path> outputs,
                        std::span<const std::filesystem::path> inputs);

}  // namespace featherface::tools
