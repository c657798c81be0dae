#include "tools/bench/result.hpp"

#include <algorithm>

#include "tools/text/text.hpp"

namespace featherface::tools {

Bound bound_of(const engine::Work& work, const Peaks& peaks) {
    const double arithmetic = static_cast<double>(work.flops()) / peaks.flops;
    const double memory = static_cast<double>(work.bytes()) / peaks.bandwidth;
    return {std::max(arithmetic, memory) * 1e9, memory > arithmetic};
}

double intensity_of(const engine::Work& work) {
    return work.bytes() == 0 ? 0 : static_cast<double>(work.flops()) / static_cast<double>(work.bytes());
}

std::string Computation::title() const {
    if (!names.empty()) return names.front();
    return contains.empty() ? kind : contains.front();
}

std::string CaseResult::layer_name(const LayerResult& layer) const {
    return concat(name, "/layer:", std::to_string(layer.index), ":", layer.title());
}

double CaseResult::sum_of_medians() const {
    double sum = 0;
    for (const LayerResult& layer : layers) sum += layer.time.median;
    return sum;
}

double CaseResult::gflops() const {
    return static_cast<double>(work.flops()) / network_time.median;
}

}  // namespace featherface::tools
