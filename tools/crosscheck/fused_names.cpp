#include "tools/crosscheck/fused_names.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace featherface::tools {

namespace {

using engine::Node;

// What the values of nodes go by; readers come after what they read, so a backward sweep knows them.
std::vector<std::string> shown_names(const std::vector<Node>& nodes, const Wanted& wanted) {
    std::vector<std::string> shown(nodes.size());
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const std::vector<std::string>& names = nodes[i].names;
        const auto found = std::find_if(names.begin(), names.end(), wanted);
        if (found != names.end()) {
            shown[i] = *found;
        } else if (!names.empty()) {
            shown[i] = names.front();
        } else if (shown[i].empty()) {
            shown[i] = engine::kind_of(nodes[i].operation);
        }
        for (const engine::ValueId input : nodes[i].inputs) {
            std::string& read = shown[static_cast<std::size_t>(input)];
            if (read.empty()) read = shown[i];
        }
    }
    return shown;
}

// `shown`: what the values that leave the strips go by, `outputs[0]` first.
void add_strips(const Node& node, std::span<const std::string> shown,
                std::map<std::string, std::string>& into) {
    const engine::Strips& strips = std::get<engine::Strips>(node.operation);
    const int inputs = static_cast<int>(node.inputs.size());
    std::vector<std::string> of_stage(strips.stages.size());
    for (std::size_t k = 0; k < strips.outputs.size(); ++k)
        of_stage[static_cast<std::size_t>(strips.outputs[k])] = shown[k];
    for (std::size_t s = strips.stages.size(); s-- > 0;) {
        const Node& stage = strips.stages[s];
        for (const std::string& name : stage.fused) into[name] = of_stage[s];
        for (const std::string& name : stage.names) into[name] = of_stage[s];
        for (const int input : stage.inputs) {
            if (input < inputs) continue;
            std::string& read = of_stage[static_cast<std::size_t>(input - inputs)];
            if (read.empty()) read = of_stage[s];
        }
    }
}

}  // namespace

std::map<std::string, std::string> find_fused_names(const engine::Graph& graph, const Wanted& wanted) {
    const std::vector<std::string> shown = shown_names(graph.nodes, wanted);
    std::map<std::string, std::string> into;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& node = graph.nodes[i];
        if (std::holds_alternative<engine::Strips>(node.operation)) {
            add_strips(node, std::span(shown).subspan(i), into);  // further outputs follow directly
        } else {
            for (const std::string& name : node.fused) into[name] = shown[i];
        }
    }
    return into;
}

}  // namespace featherface::tools
