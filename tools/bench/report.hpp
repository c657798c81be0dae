// The report of a benchmark: one HTML page with charts and tables that sort, two cases beside one another
// where there is room. It fetches nothing, and without JavaScript all of it is there but sorting and folding.
#pragma once

#include <string>

#include "tools/bench/result.hpp"

namespace featherface::tools {

std::string bench_report(const BenchResult& result);

}  // namespace featherface::tools
