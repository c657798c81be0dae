// A benchmark's results as tables, for every format that people read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/result.hpp"
#include "tools/text/table.hpp"

namespace featherface::tools {

// One line per case.
Table cases_table(const BenchResult& result);

// One line per step, with its stages as details; "<row_id>-<step>" is a line's id.
Table layers_table(const CaseResult& result, const std::string& row_id = "layer");
// The steps of all cases, each line beginning with the name of its case.
Table all_layers_table(const std::vector<CaseResult>& cases);

// Parts of the detector.
Table groups_table(const CaseResult& result);

// What fusing gained, step by step.
Table fusion_table(const CaseResult& fused, const CaseResult& layerwise);

// Cases first, then the layers that changed.
Table baseline_table(const std::vector<BaselineRow>& rows);

// Version, build, machine, kernels and models: a line each.
std::vector<std::string> header_lines(const BenchResult& result);

// "FeatherFace V1, 640x640, 1 thread, avx2, fused"
std::string case_title(const CaseResult& result);

// "1x64x80x80"
std::string extents(std::span<const std::int64_t> shape);

// All of it for people: header, warnings, tables, each as `render` has it.
std::string bench_text(const BenchResult& result, std::string (*render)(const Table&));

}  // namespace featherface::tools
