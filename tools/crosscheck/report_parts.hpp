// The figures of a report, each a piece of HTML with its own heading.
#pragma once

#include <string>
#include <string_view>

#include "tools/crosscheck/evidence.hpp"

namespace featherface::tools {

extern const std::string_view kErrorChartStyle, kHeatMapStyle, kFacesStyle;  // CSS

// The largest error of each layer in tolerances, on a logarithmic scale. A bar leads to "#layer-N", N being
// the number of its row.
std::string error_chart(const Comparison& comparison);

// It is empty where there are no maps.
Result<std::string> heat_maps(const Evidence& evidence, const Comparison& comparison);

// It is empty where there is no picture or neither side's faces are known.
Result<std::string> faces_on_picture(const Evidence& evidence);

// An error in tolerances: "0.0012", "45", "1.20e+07".
std::string tolerances(double ratio);

// "3 faces", "1 face", "no faces".
std::string counted(std::size_t count, std::string_view singular, std::string_view plural);

}  // namespace featherface::tools
