// A benchmark's result as JSON.
#pragma once

#include <string>

#include "tools/bench/result.hpp"

namespace featherface::tools {

// The result as Google Benchmark writes it ("context", then "benchmarks" with name, iterations, real_time,
// cpu_time, time_unit, ...), so that its compare.py and what else reads that can compare runs; there are more
// fields beside. A case is one benchmark, named CaseResult::name, and each of its layers another, named
// "<case>/layer:<number>:<module>". real_time is the median; all times are in microseconds.
std::string bench_json(const BenchResult& result);

}  // namespace featherface::tools
