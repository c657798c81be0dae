#include "engine/schedule/schedule.hpp"

#include <algorithm>

#include "engine/schedule/grouping.hpp"
#include "engine/schedule/homes.hpp"

namespace featherface::engine {

Schedule schedule_one_by_one(const Graph& graph) {
    Schedule schedule;
    find_homes(graph, /*place_concats=*/false, schedule);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const std::vector<ValueId> value = {static_cast<ValueId>(i)};
        const Inputs& inputs = graph.nodes[i].inputs;
        schedule.steps.push_back({value, {inputs.begin(), inputs.end()}, value});
    }
    return schedule;
}

Schedule schedule_in_groups(const Graph& graph, std::span<const std::string> unfused) {
    std::vector<bool> kept(graph.nodes.size(), false);
    for (const std::string& name : unfused) {
        const ValueId value = find_value(graph, name);
        if (value != kNone) kept[static_cast<std::size_t>(value)] = true;
    }
    Schedule schedule;
    find_homes(graph, /*place_concats=*/true, schedule);
    schedule.steps = group_nodes(graph, kept, schedule);
    for (const Step& step : schedule.steps) {
        for (const ValueId stage : step.stages) {
            const auto& outputs = step.outputs;
            if (std::find(outputs.begin(), outputs.end(), stage) == outputs.end())
                schedule.homes[static_cast<std::size_t>(stage)] = {Home::Kind::step, kNone};
        }
    }
    return schedule;
}

std::string_view kind_of(const Graph& graph, const Step& step) {
    return step.is_group() ? "strips" : kind_of(graph.node(step.outputs[0]).operation);
}

std::vector<std::string> names_of(const Graph& graph, const Step& step) {
    std::vector<std::string> names;
    for (const ValueId output : step.outputs) {
        const std::vector<std::string>& more = graph.node(output).names;
        names.insert(names.end(), more.begin(), more.end());
    }
    return names;
}

std::vector<std::string> names_inside(const Graph& graph, const Step& step) {
    std::vector<std::string> names;
    for (const ValueId stage : step.stages) {
        const Node& node = graph.node(stage);
        names.insert(names.end(), node.fused.begin(), node.fused.end());
        if (std::find(step.outputs.begin(), step.outputs.end(), stage) == step.outputs.end())
            names.insert(names.end(), node.names.begin(), node.names.end());
    }
    return names;
}

}  // namespace featherface::engine
