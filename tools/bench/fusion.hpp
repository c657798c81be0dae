// What fusing gained: each step of the fused graph beside the layers it replaced.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/result.hpp"

namespace featherface::tools {

struct FusionRow {
    const LayerResult* step = nullptr;  // of the fused case
    double separate = 0;                // sum of the medians of the layers it replaced
    int layers = 0;                     // how many those were
};

// What fusing gained, of two cases that were benchmarked by layer and differ in nothing but `layerwise`.
// Every layer counts to one step: the one that names it or, where none does, that of the next layer, the last
// step at the end.
std::vector<FusionRow> compare_fusion(const CaseResult& fused, const CaseResult& layerwise);

// The layerwise counterpart of a fused case among `cases`, benchmarked by layer like it; nullptr: none.
const CaseResult* find_layerwise(const CaseResult& fused, const std::vector<CaseResult>& cases);

}  // namespace featherface::tools
