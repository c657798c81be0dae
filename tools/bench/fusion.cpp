#include "tools/bench/fusion.hpp"

#include <map>
#include <optional>

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
    std::optional<std::size_t> nearest;
    for (std::size_t i = layerwise.layers.size(); i-- > 0;) {
        for (const std::string& name : layerwise.layers[i].names) {
            const auto found = step_of.find(name);
            if (found != step_of.end()) nearest = found->second;
        }
        if (!nearest) continue;  // layers behind the last module: views at the end of the network
        rows[*nearest].separate += layerwise.layers[i].time.median;
        ++rows[*nearest].layers;
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
