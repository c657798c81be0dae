#include "engine/schedule/homes.hpp"

#include <algorithm>

namespace featherface::engine {

namespace {

template <class Op>
bool is(const Node& node) {
    return std::holds_alternative<Op>(node.operation);
}

// Whether `value` can live inside another's memory: one reader, and memory of its own to move. (A slice can
// by being a copy. Pixels are read into dense maps only.)
bool can_move(const Graph& graph, const std::vector<int>& uses, ValueId value) {
    const Node& node = graph.node(value);
    if (uses[index(value)] != 1) return false;
    if (is<ToAnchors>(node)) return can_move(graph, uses, node.inputs[0]);
    return !is<Input>(node) && !is<ReadPixels>(node) && !is<Concat>(node);
}

}  // namespace

void find_homes(const Graph& graph, bool place_concats, Schedule& schedule) {
    const std::vector<int> uses = count_uses(graph);
    schedule.homes.assign(graph.nodes.size(), {});
    schedule.computed = std::vector<bool>(graph.nodes.size(), true);
    const auto is_part = [&](ValueId value) { return schedule.homes[index(value)].kind == Home::Kind::part; };
    const auto move_into = [&](ValueId value, ValueId whole) {
        schedule.homes[index(value)] = {Home::Kind::part, whole};
    };
    // Readers come first, so that what they read can move into their memory.
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        const Node& node = graph.nodes[i];
        const ValueId value = static_cast<ValueId>(i);
        if (is<Input>(node)) {
            schedule.homes[i] = {Home::Kind::caller, kNone};
            schedule.computed[i] = false;
        } else if (is<Concat>(node) && place_concats &&
                   std::all_of(node.inputs.begin(), node.inputs.end(),
                               [&](ValueId input) { return can_move(graph, uses, input); })) {
            for (const ValueId input : node.inputs) move_into(input, value);
            schedule.computed[i] = false;
        } else if (is<ToAnchors>(node)) {
            schedule.computed[i] = false;
            if (is_part(value)) {
                move_into(node.inputs[0], value);
            } else {
                move_into(value, node.inputs[0]);
            }
        } else if (is<Slice>(node) && !is_part(value)) {
            // Anchors lie one behind the other, so that what is read as anchors is a copy.
            const bool is_copy = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& reader) {
                return is<ToAnchors>(reader) && reader.inputs[0] == value;
            });
            if (is_copy) continue;
            move_into(value, node.inputs[0]);
            schedule.computed[i] = false;
        }
    }
}

}  // namespace featherface::engine
