#include "tools/bench/fusion.hpp"

#include <map>

namespace featherface::tools {

std::vector<FusionRow> compare_fusion(const CaseResult& fused, const CaseResult& layerwise) {
    std::map<std::string, std::size_t> step_of;  // by module path
    std::vector<FusionRow> rows;
    for (const LayerResult& step : fused.layers) {
        for (const auto* names : {&step.names, &step.contains}) {
            for (const std::string& name : *names) step_of[name] = rows.size();
        }
        rows.push_back({&step});
    }
    if (rows.empty()) return rows;
    std::size_t nearest = rows.size() - 1;
    for (std::size_t i = layerwise.layers.size(); i-- > 0;) {
        for (const std::string& name : layerwise.layers[i].names) {
            const auto found = step_of.find(name);
            if (found != step_of.end()) nearest = found->second;
        }
        rows[nearest].separate += layerwise.layers[i].time.median;
        ++rows[nearest].layers;
    }
    return rows;
}

const CaseResult* find_layerwise(const CaseResult& fused, const std::vector<CaseResult>& cases) {
    if (fused.layerwise || fused.layers.empty()) return nullptr;
    for (const CaseResult& other : cases) {
        if (other.layerwise && !other.layers.empty() && other.network == fused.network &&
            other.width == fused.width && other.height == fused.height && other.threads == fused.threads &&
            other.arch == fused.arch)
            return &other;
    }
    return nullptr;
}

}  // namespace featherface::tools
