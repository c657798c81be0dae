// Going from the last node to the first, each value's readers are joined where that is legal: no row of a
// private value is needed far from where it is made, the groups still have an order to run in, and what
// leaves a group has one height, so that strips of rows mean the same to all. Windows upon windows end a
// group: the rows that a strip needs beyond its own are in the way of taller strips, and threads compute them
// twice where their shares meet.
#include "engine/schedule/grouping.hpp"

#include <algorithm>
#include <set>

namespace featherface::engine {

namespace {

class Grouping {
  public:
    Grouping(const Graph& graph, const std::vector<bool>& kept, const Schedule& schedule)
        : graph_(graph),
          schedule_(schedule),
          readers_(find_readers(graph)),
          read_by_(readers_),
          is_output_(kept),
          shapes_(infer_shapes(graph, kNominalSide, kNominalSide)) {
        for (const Node& node : graph.nodes) read_shapes_.push_back(input_shapes(node, shapes_));
        for (const Output& output : graph.outputs) is_output_[index(output.value)] = true;
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

    std::vector<Step> steps() const {
        std::vector<Step> steps;
        std::vector<bool> done(members_.size(), false);
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) visit(group_of_[i], done, steps);
        return steps;
    }

  private:
    // Whether each value is one of those.
    std::vector<bool> marked(const std::vector<ValueId>& values) const {
        std::vector<bool> marks(graph_.nodes.size(), false);
        for (const ValueId value : values) marks[index(value)] = true;
        return marks;
    }

    // Members whose value is read outside the group, last first: the last is what the group is there for.
    // Statistics come behind the maps they are of.
    std::vector<ValueId> outputs_of(const std::vector<ValueId>& group) const {
        const std::vector<bool> is_inside = marked(group);
        const auto outside = [&](ValueId reader) { return !is_inside[index(reader)]; };
        std::vector<ValueId> outputs;
        for (const ValueId member : group) {
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
        std::vector<bool> is_known = marked(group);
        std::vector<ValueId> inputs;
        for (const ValueId member : group) {
            for (const ValueId input : graph_.nodes[index(member)].inputs) {
                if (!is_known[index(input)]) inputs.push_back(input);
                is_known[index(input)] = true;
            }
        }
        return inputs;
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
        std::vector<ValueId> outside;
        for (const std::size_t group : groups) {
            for (const ValueId reader : read_by_[group]) {
                if (!groups.contains(group_of_[index(reader)])) outside.push_back(reader);
            }
            members_[group].clear();
        }
        for (const ValueId member : joined) group_of_[index(member)] = *groups.begin();
        members_[*groups.begin()] = std::move(joined);
        read_by_[*groups.begin()] = std::move(outside);
    }

    bool is_legal(const std::vector<ValueId>& joined, const std::set<std::size_t>& groups) const {
        if (joined.size() > static_cast<std::size_t>(kMaxStages) || inputs_of(joined).size() > kMaxInputs)
            return false;
        const std::vector<bool> is_inside = marked(joined);
        for (const ValueId member : joined) {
            const Node& node = graph_.nodes[index(member)];
            if (!is_row_wise(node.operation)) return false;
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                if (is_inside[index(node.inputs[k])] && reads_all_rows(member, k)) return false;
            }
        }
        const std::vector<ValueId> outputs = outputs_of(joined);
        if (outputs.size() > kMaxOutputs) return false;
        for (const ValueId output : outputs) {
            if (shapes_[index(output)].height != shapes_[index(outputs[0])].height) return false;
            // A view has no memory of its own to leave the group in; a value read inside too would be needed
            // beyond the rows its thread computes.
            if (!schedule_.computed[index(output)]) return false;
            // (Statistics need just the rows their own strip has.)
            for (const ValueId reader : readers_[index(output)]) {
                if (is_inside[index(reader)] && !is_row_stats(reader)) return false;
            }
        }
        return rows_for_one(joined, is_inside, outputs) <= kMostRowsForOne && !depends_on_itself(groups);
    }

    // How many rows of some member one row of the outputs takes at most, in rows as tall as the outputs'.
    int rows_for_one(const std::vector<ValueId>& joined, const std::vector<bool>& is_inside,
                     const std::vector<ValueId>& outputs) const {
        std::vector<Rows> needed(graph_.nodes.size());
        const int height = shapes_[index(outputs[0])].height;
        for (const ValueId output : outputs) needed[index(output)] = {height / 2, height / 2 + 1};
        int most = 0;
        for (std::size_t i = joined.size(); i-- > 0;) {
            const Rows rows = needed[index(joined[i])];
            if (is_empty(rows)) continue;
            const Node& node = graph_.node(joined[i]);
            const Shape& shape = shapes_[index(joined[i])];
            most = std::max(most, (rows.end - rows.begin) * height / shape.height);
            const std::vector<Shape>& inputs = read_shapes_[index(joined[i])];
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                if (!is_inside[index(node.inputs[k])]) continue;
                Rows& of_input = needed[index(node.inputs[k])];
                of_input = span_of(of_input, input_rows(node.operation, k, {inputs, shape}, rows));
            }
        }
        return most;
    }

    // Whether one row of a node's value takes all rows of a tall input: a deformable convolution's map, whose
    // samples lie anywhere.
    bool reads_all_rows(ValueId value, std::size_t input) const {
        const std::vector<Shape>& inputs = read_shapes_[index(value)];
        const Rows rows =
            input_rows(graph_.node(value).operation, input, {inputs, shapes_[index(value)]}, {0, 1});
        return inputs[input].height > 1 && rows.end - rows.begin == inputs[input].height;
    }

    // Whether a way leads out of the joined groups and through others back into them.
    bool depends_on_itself(const std::set<std::size_t>& joined) const {
        std::vector<std::size_t> to_visit(joined.begin(), joined.end());
        std::vector<bool> seen(members_.size(), false);
        while (!to_visit.empty()) {
            const std::size_t from = to_visit.back();
            to_visit.pop_back();
            for (const ValueId reader : read_by_[from]) {
                const std::size_t group = group_of_[index(reader)];
                if (joined.contains(group)) {
                    if (joined.contains(from)) continue;  // read where it is made
                    return true;
                }
                if (seen[group]) continue;
                seen[group] = true;
                to_visit.push_back(group);
            }
        }
        return false;
    }

    void visit(std::size_t group, std::vector<bool>& done, std::vector<Step>& steps) const {
        if (done[group]) return;
        done[group] = true;
        const std::vector<ValueId>& members = members_[group];
        for (const ValueId input : inputs_of(members)) visit(group_of_[index(input)], done, steps);
        if (members.size() == 1) {
            steps.push_back({members, graph_.node(members[0]).inputs, members});
        } else {
            steps.push_back({members, inputs_of(members), outputs_of(members)});
        }
    }

    static constexpr int kMostRowsForOne = 3;  // those of a 3x3 window

    static constexpr int kNominalSide = 1000;  // of a picture whose maps' heights tell strides apart

    const Graph& graph_;
    const Schedule& schedule_;
    std::vector<std::vector<ValueId>> readers_;  // of each value
    std::vector<std::vector<ValueId>> read_by_;  // of each group: the readers outside
    std::vector<bool> is_output_;
    std::vector<Shape> shapes_;                    // for a picture of that side
    std::vector<std::vector<Shape>> read_shapes_;  // those of each node's inputs
    std::vector<std::size_t> group_of_;
    std::vector<std::vector<ValueId>> members_;
};

}  // namespace

std::vector<Step> group_nodes(const Graph& graph, const std::vector<bool>& kept, const Schedule& schedule) {
    Grouping grouping(graph, kept, schedule);
    grouping.join_all();
    return grouping.steps();
}

}  // namespace featherface::engine
