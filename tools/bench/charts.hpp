// The report's drawings, as HTML and inline SVG. Its tables say the same in words and numbers.
#pragma once

#include <string>
#include <string_view>

#include "tools/bench/result.hpp"

namespace featherface::tools {

// Where the time goes, as bars beside one another, as long as their time: parts of the detector, the steps
// below in order of execution, and below those the stages they are fused from. A step's bar leads to the
// element with the id "<row_id>-<step>".
std::string flame_chart(const CaseResult& result, const std::string& row_id);

// Arithmetic intensity against speed, both logarithmic, under the machine's roof: a dot per step that
// computes something, its area as its time. Empty where peaks are not known.
std::string roofline_chart(const CaseResult& result);

// The style both need: the colours of the parts, as --key of the classes "key-<part>", too.
extern const std::string_view kChartStyle;

}  // namespace featherface::tools
