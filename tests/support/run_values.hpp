// Runs of programs, and what they leave in memory.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/runtime/plan.hpp"

namespace featherface::test {

// Every named value a run hands to its observer, as PyTorch lays it out (maps as 1,C,H,W).
struct NamedValues {
    std::map<std::string, std::vector<float>> values;
    std::map<std::string, std::vector<std::int64_t>> shapes;
};

// Runs a plan, made for as many threads, on a picture as PyTorch lays it out (1,3,H,W). The threads' parts in
// it are mixed.
NamedValues run_plan(const engine::Program& program, const engine::Plan& plan, int threads,
                     const std::vector<float>& nchw);

}  // namespace featherface::test
