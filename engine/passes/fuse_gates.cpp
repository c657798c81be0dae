// A map behind its channel gate is read by a pixel gate, and by the statistics that this gate is made of. It
// costs a pass over the map to write it and one to read it, and its values are one product each.
#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/passes/passes.hpp"
#include "engine/passes/rewrite.hpp"

namespace featherface::engine {

namespace {

// A channel gate that is left out: its readers are given the map, which its value becomes, and the gate.
struct LeftOut {
    Node node;
    int readers = 0;  // still to come
};

// Whether the node takes the product of its first input and a channel gate itself, if it is given both.
bool can_gate(const Node& node) {
    return std::holds_alternative<ScalePixels>(node.operation) ||
           (std::holds_alternative<ChannelStats>(node.operation) && node.inputs.size() == 1);
}

// Whether all that read the old node i can, who are `readers`.
bool can_be_left_out(const Rewriting& rewriting, std::size_t i, std::span<const ValueId> readers) {
    const auto gated = static_cast<ValueId>(i);
    // It is no output, and nobody reads it twice.
    if (readers.empty() || static_cast<int>(readers.size()) != rewriting.uses(gated)) return false;
    return std::ranges::all_of(readers, [&](ValueId reader) {
        const Node& node = rewriting.old(index(reader));
        return node.inputs[0] == gated && can_gate(node);
    });
}

// A reader of the node that is left out, reading what that one did.
Node with_gate(Node reader, LeftOut& gate) {
    Inputs inputs = {reader.inputs[0], gate.node.inputs[1]};
    for (std::size_t n = 1; n < reader.inputs.size(); ++n) inputs.push_back(reader.inputs[n]);
    reader.inputs = inputs;
    if (std::holds_alternative<ScalePixels>(reader.operation)) reader.operation = Attend{};
    if (--gate.readers == 0) {  // its names go to the last
        std::move(gate.node.names.begin(), gate.node.names.end(), std::back_inserter(reader.fused));
        std::move(gate.node.fused.begin(), gate.node.fused.end(), std::back_inserter(reader.fused));
    }
    return reader;
}

}  // namespace

Graph fuse_gates(Graph graph) {
    const Readers readers(graph);
    Rewriting rewriting(std::move(graph));
    std::vector<std::optional<LeftOut>> left_out(rewriting.size());  // by old value
    for (std::size_t i = 0; i < rewriting.size(); ++i) {
        const Node& old = rewriting.old(i);
        if (std::holds_alternative<ScaleChannels>(old.operation) &&
            can_be_left_out(rewriting, i, readers[i])) {
            left_out[i] = LeftOut{rewriting.take(i), static_cast<int>(readers[i].size())};
            rewriting.becomes(i, left_out[i]->node.inputs[0]);
            continue;
        }
        if (!old.inputs.empty() && left_out[index(old.inputs[0])]) {
            LeftOut& gate = *left_out[index(old.inputs[0])];
            rewriting.becomes(i, rewriting.append(with_gate(rewriting.take(i), gate)));
            continue;
        }
        // The sum of what the gates let through and the map they are put around is their node's, where it
        // alone reads what they let through.
        const auto* sum = std::get_if<Add>(&old.operation);
        if (sum && rewriting.reads_alone(i)) {
            const ValueId attended = rewriting.now(old.inputs[0]);
            Node& gates = rewriting.node(attended);
            const auto* attend = std::get_if<Attend>(&gates.operation);
            if (attend && !attend->adds_input && gates.inputs[0] == rewriting.now(old.inputs[1])) {
                gates.operation = Attend{.adds_input = true, .activation = sum->activation};
                rewriting.absorb(attended, i);
                continue;
            }
        }
        rewriting.keep(i);
    }
    return rewriting.finish();
}

}  // namespace featherface::engine
