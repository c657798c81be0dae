// Going from the last node to the first, each value's readers are joined where that is legal: no row of a
// private value is needed far from where it is made, the groups still have an order to run in, and what
// leaves a group has one height, so that strips of rows mean the same to all. Windows upon windows end a
// group: the rows that a strip needs beyond its own are in the way of taller strips, and threads compute them
// twice where their shares meet.
#include "engine/schedule/grouping.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace featherface::engine {

namespace {

// Some of the values; all are taken out at once.
class Marks {
  public:
    explicit Marks(std::size_t values) : of_(values, 0) {}

    void clear() { ++now_; }
    void add(ValueId value) { of_[index(value)] = now_; }
    bool operator[](ValueId value) const { return of_[index(value)] == now_; }

  private:
    std::vector<int> of_;
    int now_ = 1;
};

class Grouping {
  public:
    Grouping(const Graph& graph, const std::vector<bool>& kept, const Schedule& schedule)
        : graph_(graph),
          schedule_(schedule),
          readers_(graph),
          is_output_(kept),
          shapes_(infer_shapes(graph, kNominalSide, kNominalSide)),
          group_of_(graph.nodes.size()),
          next_(graph.nodes.size(), kNone),
          first_grouped_(static_cast<ValueId>(graph.nodes.size())),
          is_inside_(graph.nodes.size()),
          is_known_(graph.nodes.size()),
          needed_(graph.nodes.size()) {
        for (const Output& output : graph.outputs) is_output_[index(output.value)] = true;
        std::iota(group_of_.begin(), group_of_.end(), 0);
    }

    void join_all() {
        std::vector<ValueId> values;
        for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
            const std::span<const ValueId> readers = readers_[i];
            if (!is_row_wise(graph_.nodes[i].operation) || is_output_[i] || readers.empty()) continue;
            values.assign(readers.begin(), readers.end());
            values.push_back(static_cast<ValueId>(i));
            try_to_join(values);
        }
        // Statistics of a value that others read too are gathered where it is made.
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const ValueId value = static_cast<ValueId>(i);
            if (is_row_stats(value)) try_to_join(std::array{value, graph_.nodes[i].inputs[0]});
        }
    }

    std::vector<Step> steps() {
        std::vector<Step> steps;
        std::vector<bool> done(graph_.nodes.size(), false);
        for (const ValueId group : group_of_) visit(group, done, steps);
        return steps;
    }

  private:
    // What is asked about a set of values asks is_inside_.
    void look_at(std::span<const ValueId> values) {
        is_inside_.clear();
        for (const ValueId value : values) is_inside_.add(value);
    }

    // Of those that are looked at, the ones whose value is read outside, last first: the last is what the
    // group is there for. Statistics come behind the maps they are of.
    std::vector<ValueId> outputs_of(std::span<const ValueId> group) const {
        const auto outside = [&](ValueId reader) { return !is_inside_[reader]; };
        std::vector<ValueId> outputs;
        outputs.reserve(kMaxOutputs);
        for (const ValueId member : group) {
            if (is_output_[index(member)] || std::ranges::any_of(readers_[index(member)], outside))
                outputs.push_back(member);
        }
        std::reverse(outputs.begin(), outputs.end());
        std::stable_partition(outputs.begin(), outputs.end(),
                              [&](ValueId value) { return !is_row_stats(value); });
        return outputs;
    }

    // What those that are looked at read from outside.
    std::vector<ValueId> inputs_of(std::span<const ValueId> group) {
        is_known_.clear();
        std::vector<ValueId> inputs;
        inputs.reserve(kMaxInputs);
        for (const ValueId member : group) {
            for (const ValueId input : graph_.node(member).inputs) {
                if (is_inside_[input] || is_known_[input]) continue;
                is_known_.add(input);
                inputs.push_back(input);
            }
        }
        return inputs;
    }

    bool is_row_stats(ValueId value) const {
        return std::holds_alternative<RowStats>(graph_.node(value).operation);
    }

    void add_members(ValueId group, std::vector<ValueId>& members) const {
        for (ValueId member = group; member != kNone; member = next_[index(member)])
            members.push_back(member);
    }

    // Makes one group of those the values are in, where that is legal.
    void try_to_join(std::span<const ValueId> values) {
        groups_.clear();
        for (const ValueId value : values) groups_.push_back(group_of_[index(value)]);
        std::sort(groups_.begin(), groups_.end());
        groups_.erase(std::unique(groups_.begin(), groups_.end()), groups_.end());
        if (groups_.size() == 1) return;
        joined_.clear();
        for (const ValueId group : groups_) add_members(group, joined_);
        std::sort(joined_.begin(), joined_.end());
        if (!can_join()) return;
        first_grouped_ = std::min(first_grouped_, joined_.front());
        for (std::size_t i = 0; i < joined_.size(); ++i) {
            group_of_[index(joined_[i])] = joined_[0];
            next_[index(joined_[i])] = i + 1 < joined_.size() ? joined_[i + 1] : kNone;
        }
    }

    bool can_join() {
        if (joined_.size() > static_cast<std::size_t>(kMaxStages)) return false;
        if (!std::ranges::all_of(joined_, [&](ValueId v) { return is_row_wise(graph_.node(v).operation); }))
            return false;
        look_at(joined_);
        for (const ValueId member : joined_) {
            const auto& inputs = graph_.node(member).inputs;
            for (std::size_t k = 0; k < inputs.size(); ++k) {
                if (is_inside_[inputs[k]] && reads_all_rows(member, k)) return false;
            }
        }
        const std::vector<ValueId> outputs = outputs_of(joined_);
        if (outputs.size() > kMaxOutputs) return false;
        for (const ValueId output : outputs) {
            if (shapes_[index(output)].height != shapes_[index(outputs[0])].height) return false;
            // A view has no memory of its own to leave the group in; a value read inside too would be needed
            // beyond the rows its thread computes.
            if (!schedule_.computed[index(output)]) return false;
            // (Statistics need just the rows their own strip has.)
            for (const ValueId reader : readers_[index(output)]) {
                if (is_inside_[reader] && !is_row_stats(reader)) return false;
            }
        }
        return inputs_of(joined_).size() <= kMaxInputs && rows_for_one(outputs) <= kMostRowsForOne &&
               !depends_on_itself();
    }

    // How many rows of some joined member one row of the outputs takes at most, in rows as tall as the
    // outputs'.
    int rows_for_one(std::span<const ValueId> outputs) {
        for (const ValueId member : joined_) needed_[index(member)] = {};
        const int height = shapes_[index(outputs[0])].height;
        for (const ValueId output : outputs) needed_[index(output)] = {height / 2, height / 2 + 1};
        int most = 0;
        for (std::size_t i = joined_.size(); i-- > 0;) {
            const Rows rows = needed_[index(joined_[i])];
            if (is_empty(rows)) continue;
            const Node& node = graph_.node(joined_[i]);
            const Shape& shape = shapes_[index(joined_[i])];
            most = std::max(most, (rows.end - rows.begin) * height / shape.height);
            const InputShapes inputs = input_shapes(node, shapes_);
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                if (!is_inside_[node.inputs[k]]) continue;
                Rows& of_input = needed_[index(node.inputs[k])];
                of_input = span_of(of_input, input_rows(node.operation, k, {inputs, shape}, rows));
            }
        }
        return most;
    }

    // Whether one row of a node's value takes all rows of a tall input: a deformable convolution's map, whose
    // samples lie anywhere.
    bool reads_all_rows(ValueId value, std::size_t input) const {
        const Node& node = graph_.node(value);
        const InputShapes inputs = input_shapes(node, shapes_);
        const Rows rows = input_rows(node.operation, input, {inputs, shapes_[index(value)]}, {0, 1});
        return inputs[input].height > 1 && rows.end - rows.begin == inputs[input].height;
    }

    // Whether a way leads out of the joined groups and through others back into them. It is followed from
    // its end; what lies before all groups of several nodes has only such before it, too.
    bool depends_on_itself() {
        const ValueId first = std::min(joined_.front(), first_grouped_);
        is_known_.clear();
        while (!groups_.empty()) {
            const ValueId into = groups_.back();
            groups_.pop_back();
            for (ValueId member = into; member != kNone; member = next_[index(member)]) {
                for (const ValueId input : graph_.node(member).inputs) {
                    if (is_inside_[input]) {
                        if (is_inside_[into]) continue;  // read where it is made
                        return true;
                    }
                    const ValueId group = group_of_[index(input)];
                    if (input < first || is_known_[group]) continue;
                    is_known_.add(group);
                    groups_.push_back(group);
                }
            }
        }
        return false;
    }

    void visit(ValueId group, std::vector<bool>& done, std::vector<Step>& steps) {
        if (done[index(group)]) return;
        done[index(group)] = true;
        Step step;
        add_members(group, step.stages);
        look_at(step.stages);
        step.inputs = inputs_of(step.stages);
        step.outputs = outputs_of(step.stages);
        for (const ValueId input : step.inputs) visit(group_of_[index(input)], done, steps);
        if (!step.is_group()) {
            const auto& inputs = graph_.node(group).inputs;
            step.inputs.assign(inputs.begin(), inputs.end());
            step.outputs = step.stages;
        }
        steps.push_back(std::move(step));
    }

    static constexpr int kMostRowsForOne = 3;  // those of a 3x3 window

    static constexpr int kNominalSide = 1000;  // of a picture whose maps' heights tell strides apart

    const Graph& graph_;
    const Schedule& schedule_;
    const Readers readers_;
    std::vector<bool> is_output_;
    const std::vector<Shape> shapes_;  // for a picture of that side
    std::vector<ValueId> group_of_;    // of each value, named by the group's first member
    std::vector<ValueId> next_;        // the next member of each value's group
    ValueId first_grouped_;            // the first value that has a group with others

    // What is looked at for the time being.
    std::vector<ValueId> groups_, joined_;  // the groups that may become one, and all their members
    Marks is_inside_, is_known_;
    std::vector<Rows> needed_;  // of each joined member
};

}  // namespace

std::vector<Step> group_nodes(const Graph& graph, const std::vector<bool>& kept, const Schedule& schedule) {
    Grouping grouping(graph, kept, schedule);
    grouping.join_all();
    return grouping.steps();
}

}  // namespace featherface::engine
