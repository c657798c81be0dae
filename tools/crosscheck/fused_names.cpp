#include "tools/crosscheck/fused_names.hpp"

#include <algorithm>
#include <vector>

namespace featherface::tools {

std::map<std::string, std::string> find_fused_names(const engine::Graph& graph,
                                                    const engine::Schedule& schedule, const Wanted& wanted) {
    std::map<std::string, std::string> into;
    std::vector<std::string> shown(graph.nodes.size());  // what the values go by
    // Readers come after what they read, so that a backward sweep knows them.
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        const engine::Node& node = graph.nodes[i];
        const bool is_private = schedule.is_private(static_cast<engine::ValueId>(i));
        if (!is_private) {
            const auto found = std::find_if(node.names.begin(), node.names.end(), wanted);
            if (found != node.names.end()) {
                shown[i] = *found;
            } else if (!node.names.empty()) {
                shown[i] = node.names.front();
            } else if (shown[i].empty()) {
                shown[i] = engine::kind_of(node.operation);
            }
        }
        for (const std::string& name : node.fused) into[name] = shown[i];
        if (is_private) {
            for (const std::string& name : node.names) into[name] = shown[i];
        }
        for (const engine::ValueId input : node.inputs) {
            std::string& read = shown[static_cast<std::size_t>(input)];
            if (read.empty()) read = shown[i];
        }
    }
    return into;
}

}  // namespace featherface::tools
