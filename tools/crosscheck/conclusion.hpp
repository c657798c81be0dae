// A comparison in a sentence or two for a person: agreement, or the first layer that differs.
#pragma once

#include <string>

#include "tools/crosscheck/comparison.hpp"

namespace featherface::tools {

std::string conclusion(const Comparison& comparison);

// The row's verdict in a few words: "agrees", "fused into X", "DIFFERS at 12 of 3840: ...".
std::string verdict_text(const Row& row);

// "agrees", "differs", "not_finite", "shape_differs", "fused", "one_sided": for programs.
std::string_view verdict_id(Verdict verdict);

// Three significant digits: "3.81e-06"; "0" for zero.
std::string scientific(double value);

}  // namespace featherface::tools
