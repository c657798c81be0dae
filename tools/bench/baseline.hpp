// Comparing a benchmark with an earlier one.
#pragma once

#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "tools/measure/statistics.hpp"

namespace featherface::tools {

struct CaseResult;

// An earlier time, by the name it has in a file of `bench --format json` or of Google Benchmark.
struct BaselineEntry {
    std::string name;
    double time = 0;   // nanoseconds
    double noise = 0;  // of it, as a fraction
};

// A case or layer that an earlier benchmark has timed too.
struct BaselineRow {
    std::string name;
    bool is_layer = false;
    double before = 0, after = 0;  // nanoseconds
    TimeChange change;
};

// "iteration" entries with a name, a real_time and a time_unit; of several of one name (repetitions) the
// median. An entry that states no noise is taken to have 5%. Errors: malformed.
Result<std::vector<BaselineEntry>> parse_baseline(std::string_view json, std::string_view name);
// Errors: as that, and those of loaders::MappedFile; at most 8 MiB are read.
Result<std::vector<BaselineEntry>> read_baseline(const std::string& file);

// The rows of what is in both.
std::vector<BaselineRow> compare_with_baseline(const std::vector<CaseResult>& cases,
                                               const std::vector<BaselineEntry>& baseline);

}  // namespace featherface::tools
