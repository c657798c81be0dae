// What `featherface inspect --safety` says of a file.
#pragma once

#include <string>

#include "tools/cli/exit_codes.hpp"

namespace featherface::tools {

// Writes container, hash, opcodes, globals and the verdict, as text or JSON. kDiffers when torch.load could
// run code, kBadInput for a file that is nothing torch.load reads.
ExitCode answer_about_safety(const std::string& file, bool as_json);

}  // namespace featherface::tools
