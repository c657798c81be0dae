// Reasons to doubt a benchmark's numbers. Nothing is refused for them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/bench/result.hpp"

namespace featherface::tools {

// What was observed of the machine while the cases ran.
struct Disturbance {
    double seconds = 0;              // that the measuring took
    CpuTimes before, after;          // around it
    std::vector<double> fixed_work;  // times of the same work, taken throughout, in order
};

// A sentence each; none when all was quiet.
std::vector<std::string> find_warnings(const Machine& machine, const std::vector<CaseResult>& cases,
                                       const Disturbance& disturbance);

}  // namespace featherface::tools
