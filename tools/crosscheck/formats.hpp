// How `compare` shows a comparison: a table for people, JSON, CSV.
#pragma once

#include <optional>
#include <string>

#include "featherface/model.hpp"
#include "tools/crosscheck/comparison.hpp"
#include "tools/crosscheck/diagnosis.hpp"

namespace featherface::tools {

// What was compared, and what else came of it.
struct Findings {
    Comparison comparison;
    std::string ours, reference;              // files: the checkpoint or first dump, and the reference
    std::optional<Model> model;               // none when two dumps were compared
    std::string mode;                         // "fused", "layerwise"; empty for two dumps
    std::optional<Diagnosis> diagnosis = {};  // where they differ and a usual mistake explains it
};

// For a comparison that differs: what explains it, or that no usual mistake does.
std::string diagnosis_text(const Findings& findings);

// A line per value, then the conclusion, then the diagnosis.
std::string comparison_table(const Findings& findings);

// One document.
std::string comparison_json(const Findings& findings);

// RFC 4180, but for lines ending in a bare line feed; a line per value under a header.
std::string comparison_csv(const Findings& findings);

}  // namespace featherface::tools
