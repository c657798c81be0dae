// Engine programs on weights by formula.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/program.hpp"
#include "support/run_values.hpp"
#include "support/seeded_oracle.hpp"

namespace featherface::test {

// The graph of one of kNetworks (seeded_weights.hpp) or of "backbone" with its parameters filled in by
// formula.
engine::Graph seeded_graph(std::string_view network);

// As the detector runs a graph: optimised, row-wise nodes in groups. `keep` as in ModelOptions.
engine::Program optimised_program(engine::Graph graph, const engine::KernelTable& table,
                                  std::span<const std::string> keep = {});

// Runs a program on `input` (1,3,H,W).
NamedValues run_program(const engine::Program& program, const oracle::Tensor& input, int threads = 1);

}  // namespace featherface::test
