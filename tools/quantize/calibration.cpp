#include "tools/quantize/calibration.hpp"

#include <algorithm>
#include <variant>

#include "engine/detect/finite.hpp"
#include "loaders/packed/packed_ranges.hpp"

namespace featherface::tools {

namespace {

// With fewer inputs, as of the backbone's first, 8 bits gain least and cost the most faces
// (docs/performance.md).
constexpr int kLeastInputs = 16;

}  // namespace

Calibration::Calibration(const engine::Graph& graph)
    : graph_(graph), seen_(graph.nodes.size()), is_chosen_(graph.nodes.size()) {
    const engine::Readers readers(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const engine::Node& node = graph.nodes[i];
        const auto* conv = std::get_if<engine::Conv>(&node.operation);
        if (!conv || !conv->can_have_int8() || conv->geometry.in_channels < kLeastInputs) continue;
        // A head's values are the network's answers: nothing evens out what they lose.
        const bool is_head = std::ranges::any_of(readers[i], [&](engine::ValueId reader) {
            return std::holds_alternative<engine::ToAnchors>(graph.node(reader).operation);
        });
        if (is_head) continue;
        is_chosen_[i] = true;
        seen_[engine::index(node.inputs[0])].is_read = true;
    }
}

void Calibration::value(const engine::Node& node, const engine::Shape&, kernels::ConstMap map) {
    Seen& seen = seen_[static_cast<std::size_t>(&node - graph_.nodes.data())];
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width; ++x) {
            const float* const pixel = map.pixel(y, x);
            all_finite_ = all_finite_ && engine::all_finite({pixel, static_cast<std::size_t>(map.channels)});
            if (!seen.is_read) continue;
            const auto [low, high] = std::minmax_element(pixel, pixel + map.channels);
            seen.low = std::min(seen.low, *low);
            seen.high = std::max(seen.high, *high);
        }
    }
}

std::vector<engine::InputRange> Calibration::ranges() const {
    std::vector<engine::InputRange> ranges;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        if (!is_chosen_[i]) continue;
        const Seen& seen = seen_[engine::index(graph_.nodes[i].inputs[0])];
        // (What is 0 in all pictures, or nearly, has no range; a step of anything serves.)
        const bool is_none = seen.high - seen.low < loaders::kLeastRange;
        ranges.push_back({graph_.nodes[i].names.front(), {seen.low, is_none ? 1 : seen.high}});
    }
    return ranges;
}

}  // namespace featherface::tools
