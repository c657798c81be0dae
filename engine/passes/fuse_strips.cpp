// Groups row-wise nodes. A value becomes private to a group, and so never a whole map in memory, when all
// that read it can be in one group with it. Going from the last node to the first, each value's readers are
// joined where that is legal: no row of a private value is needed far from where it is made, the groups still
// have an order to run in, and what leaves a group has one height, so that strips of rows mean the same to
// all.
#include <algorithm>
#include <set>

#include "engine/operations/operator.hpp"
#include "engine/operations/row_dependence.hpp"
#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

class Grouping {
  public:
    explicit Grouping(const Graph& graph)
        : graph_(graph), readers_(find_readers(graph)), is_output_(graph.nodes.size(), false) {
        for (const Output& output : graph.outputs) is_output_[index(output.value)] = true;
        // Heights that tell strides apart.
        for (const Shape& shape : infer_shapes(graph, 1000, 1000)) heights_.push_back(shape.height);
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            group_of_.push_back(i);
            members_.push_back({static_cast<ValueId>(i)});
        }
    }

    void join_all() {
        for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
            if (!is_row_wise(graph_.nodes[i].operation) || is_output_[i] || readers_[i].empty()) continue;
            std::vector<ValueId> values = readers_[i];
            values.push_back(static_cast<ValueId>(i));
            try_to_join(values);
        }
        // Statistics of a value that others read too are gathered where it is made.
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const ValueId value = static_cast<ValueId>(i);
            if (is_row_stats(value)) try_to_join({value, graph_.nodes[i].inputs[0]});
        }
    }

    // Groups in an order to run them in; each a list of nodes in order.
    std::vector<std::vector<ValueId>> in_order() const {
        std::vector<std::vector<ValueId>> order;
        std::vector<bool> done(members_.size(), false);
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) visit(group_of_[i], done, order);
        return order;
    }

    // Members whose value is read outside the group, last first: the last is what the group is there for.
    // Statistics come behind the maps they are of.
    std::vector<ValueId> outputs_of(const std::vector<ValueId>& group) const {
        std::vector<ValueId> outputs;
        for (const ValueId member : group) {
            const auto outside = [&](ValueId reader) { return !contains(group, reader); };
            const auto& readers = readers_[index(member)];
            if (is_output_[index(member)] || std::any_of(readers.begin(), readers.end(), outside))
                outputs.push_back(member);
        }
        std::reverse(outputs.begin(), outputs.end());
        std::stable_partition(outputs.begin(), outputs.end(),
                              [&](ValueId value) { return !is_row_stats(value); });
        return outputs;
    }

    std::vector<ValueId> inputs_of(const std::vector<ValueId>& group) const {
        std::vector<ValueId> inputs;
        for (const ValueId member : group) {
            for (const ValueId input : graph_.nodes[index(member)].inputs) {
                if (!contains(group, input) && !contains(inputs, input)) inputs.push_back(input);
            }
        }
        return inputs;
    }

  private:
    static std::size_t index(ValueId value) { return static_cast<std::size_t>(value); }
    static bool contains(const std::vector<ValueId>& values, ValueId value) {
        return std::find(values.begin(), values.end(), value) != values.end();
    }

    bool is_row_stats(ValueId value) const {
        return std::holds_alternative<RowStats>(graph_.nodes[index(value)].operation);
    }

    // Makes one group of those the values are in, where that is legal.
    void try_to_join(const std::vector<ValueId>& values) {
        std::set<std::size_t> groups;
        for (const ValueId value : values) groups.insert(group_of_[index(value)]);
        std::vector<ValueId> joined;
        for (const std::size_t group : groups)
            joined.insert(joined.end(), members_[group].begin(), members_[group].end());
        std::sort(joined.begin(), joined.end());
        if (!is_legal(joined, groups)) return;
        for (const std::size_t group : groups) members_[group].clear();
        for (const ValueId member : joined) group_of_[index(member)] = *groups.begin();
        members_[*groups.begin()] = std::move(joined);
    }

    bool is_legal(const std::vector<ValueId>& joined, const std::set<std::size_t>& groups) const {
        if (joined.size() > static_cast<std::size_t>(kMaxStages) || inputs_of(joined).size() > kMaxInputs)
            return false;
        for (const ValueId member : joined) {
            const Node& node = graph_.nodes[index(member)];
            if (!is_row_wise(node.operation)) return false;
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                if (reads_all_rows(node.operation, static_cast<int>(k)) && contains(joined, node.inputs[k]))
                    return false;
            }
        }
        const std::vector<ValueId> outputs = outputs_of(joined);
        if (outputs.size() > kMaxOutputs) return false;
        for (const ValueId output : outputs) {
            if (heights_[index(output)] != heights_[index(outputs[0])]) return false;
            // A view has no memory of its own to leave the group in; a value read inside too would be needed
            // beyond the rows its thread computes.
            if (std::holds_alternative<Slice>(graph_.nodes[index(output)].operation)) return false;
            // (Statistics need just the rows their own strip has.)
            for (const ValueId reader : readers_[index(output)]) {
                if (contains(joined, reader) && !is_row_stats(reader)) return false;
            }
        }
        return !depends_on_itself(outputs, groups);
    }

    // Whether a way leads from the outputs through other groups back into the joined ones.
    bool depends_on_itself(const std::vector<ValueId>& outputs, const std::set<std::size_t>& joined) const {
        std::vector<ValueId> to_visit = outputs;
        std::set<std::size_t> seen;
        while (!to_visit.empty()) {
            const ValueId value = to_visit.back();
            to_visit.pop_back();
            for (const ValueId reader : readers_[index(value)]) {
                const std::size_t group = group_of_[index(reader)];
                if (joined.count(group)) {
                    if (joined.count(group_of_[index(value)])) continue;  // read where it is made
                    return true;
                }
                if (!seen.insert(group).second) continue;
                to_visit.insert(to_visit.end(), members_[group].begin(), members_[group].end());
            }
        }
        return false;
    }

    void visit(std::size_t group, std::vector<bool>& done, std::vector<std::vector<ValueId>>& order) const {
        if (done[group]) return;
        done[group] = true;
        for (const ValueId input : inputs_of(members_[group])) visit(group_of_[index(input)], done, order);
        order.push_back(members_[group]);
    }

    const Graph& graph_;
    std::vector<std::vector<ValueId>> readers_;
    std::vector<bool> is_output_;
    std::vector<int> heights_;
    std::vector<std::size_t> group_of_;
    std::vector<std::vector<ValueId>> members_;
};

}  // namespace

Graph fuse_strips(Graph graph) {
    Grouping grouping(graph);
    grouping.join_all();

    Graph result{graph.name, {}, {}, std::move(graph.outputs)};
    std::vector<ValueId> moved(graph.nodes.size(), kNone);
    const auto moved_to = [&](ValueId value) -> ValueId& { return moved[static_cast<std::size_t>(value)]; };
    const auto node_of = [&](ValueId value) -> Node& { return graph.nodes[static_cast<std::size_t>(value)]; };
    for (const std::vector<ValueId>& group : grouping.in_order()) {
        const ValueId position = static_cast<ValueId>(result.nodes.size());
        if (group.size() == 1) {
            Node node = node_of(group[0]);
            for (ValueId& input : node.inputs) input = moved_to(input);
            moved_to(group[0]) = position;
            result.nodes.push_back(std::move(node));
            continue;
        }
        const std::vector<ValueId> inputs = grouping.inputs_of(group), outputs = grouping.outputs_of(group);
        const auto local = [&](ValueId value) {
            const auto input = std::find(inputs.begin(), inputs.end(), value);
            if (input != inputs.end()) return static_cast<int>(input - inputs.begin());
            const auto member = std::find(group.begin(), group.end(), value);
            return static_cast<int>(inputs.size()) + static_cast<int>(member - group.begin());
        };

        Node fused;
        Strips strips;
        for (const ValueId member : group) {
            Node stage = node_of(member);
            for (ValueId& input : stage.inputs) input = local(input);
            fused.fused.insert(fused.fused.end(), stage.fused.begin(), stage.fused.end());
            if (std::find(outputs.begin(), outputs.end(), member) == outputs.end()) {
                fused.fused.insert(fused.fused.end(), stage.names.begin(), stage.names.end());
            }
            strips.stages.push_back(std::move(stage));
        }
        for (const ValueId output : outputs)
            strips.outputs.push_back(local(output) - static_cast<int>(inputs.size()));
        fused.names = node_of(outputs[0]).names;
        for (const ValueId input : inputs) fused.inputs.push_back(moved_to(input));
        fused.operation = std::move(strips);
        result.nodes.push_back(std::move(fused));
        moved_to(outputs[0]) = position;
        for (std::size_t k = 1; k < outputs.size(); ++k) {
            moved_to(outputs[k]) = static_cast<ValueId>(result.nodes.size());
            result.nodes.push_back(
                {StripsOutput{static_cast<int>(k)}, {position}, node_of(outputs[k]).names, {}});
        }
    }
    for (Output& output : result.outputs) output.value = moved_to(output.value);
    result.parameters = std::move(graph.parameters);
    return result;
}

}  // namespace featherface::engine
