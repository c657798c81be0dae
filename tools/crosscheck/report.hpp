// A comparison as a page to look at: one file that fetches nothing, for any screen, in light and dark.
#pragma once

#include <string>

#include "tools/crosscheck/evidence.hpp"
#include "tools/crosscheck/formats.hpp"

namespace featherface::tools {

// The conclusion and the diagnosis, the error of each layer as a chart, both sides' faces on the picture, the
// errors of the worst layers as heat maps, and the whole table. Errors: output_error.
Result<std::string> comparison_report(const Findings& findings, const Evidence& evidence);

}  // namespace featherface::tools
