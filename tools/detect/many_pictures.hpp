// `detect` over a list of pictures: side by side, written in order.
#pragma once

#include <filesystem>
#include <vector>

#include "featherface/model.hpp"
#include "tools/cli/exit_codes.hpp"
#include "tools/detect/options.hpp"
#include "tools/pictures/pictures.hpp"

namespace featherface::tools {

// Looks at all pictures and writes what was found to standard output or to the file of --resume. `outputs`
// has a file for each of them, or none. Returns the worst exit code of any, kInterrupted if it did not come
// to all.
ExitCode detect_in_pictures(const Model& model, const PictureList& list,
                            const std::vector<std::filesystem::path>& outputs, const DetectOptions& options);

}  // namespace featherface::tools
