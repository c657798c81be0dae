// Engine programs on weights by formula, and the oracle's view of the same networks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan.hpp"
#include "engine/program.hpp"
#include "support/oracle/oracle.hpp"

namespace featherface::test {

// The graph of "v1", "v2" or "classifier" with its parameters filled in by formula.
engine::Graph seeded_graph(std::string_view network);

// The same weights for the oracle.
oracle::Weights seeded_oracle_weights(std::string_view network);

// The seeded picture as the network's input, 1,3,height,width.
oracle::Tensor seeded_input(std::string_view network, int height, int width);

// Every named value a run hands to its observer, as PyTorch lays it out (maps as 1,C,H,W).
struct NamedValues {
    std::map<std::string, std::vector<float>> values;
    std::map<std::string, std::vector<std::int64_t>> shapes;
};

// Runs a program on `input` (1,3,H,W).
NamedValues run_program(const engine::Program& program, const oracle::Tensor& input, int threads = 1);

}  // namespace featherface::test
