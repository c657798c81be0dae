// What a difference comes from: the usual mistakes are tried one by one, and the one under which everything
// agrees is named. What is merely damaged agrees under none.
#pragma once

#include <optional>
#include <string>

#include "tools/crosscheck/comparison.hpp"

namespace featherface::tools {

struct Diagnosis {
    std::string mistake;  // "rgb_for_bgr": for programs
    std::string text;     // a sentence or two
};

// The diagnosis of a run of the checkpoint `model_file` on `input`, which was read from `reference` and
// differed from it. `reading` is how its network was chosen. It takes some twenty runs, layer by layer.
// Errors: those of Model::load() and compare_run().
Result<std::optional<Diagnosis>> diagnose_run(const std::string& model_file, const NetworkInput& input,
                                              const NpzReader& reference, const CompareOptions& options,
                                              int threads, ModelOptions reading = {});

// The diagnosis of two dumps that differ, by those mistakes that need no run.
Result<std::optional<Diagnosis>> diagnose_dumps(const NpzReader& a, const NpzReader& b,
                                                const CompareOptions& options);

}  // namespace featherface::tools
