// The option --scales of the verbs that find faces: at which sizes a picture is looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "tools/cli/arguments.hpp"

namespace featherface::tools {

// Declares --scales; `standard` is what its help calls the default.
void declare_scales(Arguments& arguments, std::optional<std::string>& target, const std::string& standard);

// DetectorOptions::scales of what was given: "auto", or numbers with commas between them. Errors:
// invalid_argument.
Result<std::uint32_t> parse_scales(const std::string& text);

// Such a set as numbers, 1 first.
std::vector<float> scale_list(std::uint32_t scales);

}  // namespace featherface::tools
