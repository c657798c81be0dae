// Writing result files.
#pragma once

#include <filesystem>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::tools {

// Writes the whole file or none of it: a file of that name keeps its old content until the new one is
// complete. (A device or FIFO is written to directly.) Errors: output_error.
Status write_file(const std::filesystem::path& path, std::string_view text);

// Makes the folder and those above it. Errors: output_error.
Status make_folder(const std::filesystem::path& path);

}  // namespace featherface::tools
