// What the passes share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

// Makes one graph of another, a node after the other. Values of the old graph have numbers of their own;
// what reads one in the new graph reads what has become of it.
class Rewriting {
  public:
    explicit Rewriting(Graph graph);

    std::size_t size() const { return old_.size(); }  // of the old graph, in nodes
    const Node& old(std::size_t i) const { return old_[i]; }
    // How many read a value in the old graph, its outputs among them.
    int uses(ValueId value) const { return uses_[index(value)]; }
    // Whether nobody else reads the first input of a node that was not taken yet.
    bool reads_alone(std::size_t i) const { return !old_[i].inputs.empty() && uses(old_[i].inputs[0]) == 1; }

    // What has become of an old value.
    ValueId now(ValueId value) const { return moved_[index(value)]; }
    // Moves a node out of the old graph. Its inputs are what has become of them.
    Node take(std::size_t i);
    // Appends a node, and says what its value is.
    ValueId append(Node node);
    // What the old node i computed is now that value of the new graph.
    void becomes(std::size_t i, ValueId value) { moved_[i] = value; }
    // Leaves a node as it is.
    void keep(std::size_t i);
    // The value of the old node i is now computed by `producer`, which takes its names and keeps its own as
    // fused.
    void absorb(ValueId producer, std::size_t i);

    Graph& graph() { return new_; }  // as far as it is
    Node& node(ValueId value) { return new_.nodes[index(value)]; }
    // What is not read any more is left to eliminate_dead().
    Graph finish();

  private:
    std::vector<int> uses_;
    std::vector<Node> old_;
    std::vector<ValueId> moved_;  // what has become of each old value
    Graph new_;
};

// Parameters of a pass count as trained.
ParameterId add_parameter(Graph& graph, std::string name, TensorShape shape, std::vector<float> values);

}  // namespace featherface::engine
