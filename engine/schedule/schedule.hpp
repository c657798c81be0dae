// How a graph is computed: in which steps, what is private to a step, and whose memory each value lives in.
// It is made from the graph, for any picture size and any CPU; the plan and the executor read it. The graph
// itself stays what PyTorch computes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

// How many of them a group has at most.
constexpr int kMaxStages = 48;
constexpr int kMaxOutputs = 4;

// A single node; or a group of row-wise nodes, the step's stages, which are computed together, a strip of
// rows at a time, so that what passes between them stays in cache.
struct Step {
    std::vector<ValueId> stages;   // in order of execution; a single node is one
    std::vector<ValueId> inputs;   // what the step reads: a single node's inputs; a group's once each
    std::vector<ValueId> outputs;  // what it leaves in memory; first what the step is there for

    bool is_group() const { return stages.size() > 1; }
};

// Where a value lives.
struct Home {
    enum class Kind {
        caller,  // the picture
        memory,  // a buffer of its own
        part,    // within the memory of `whole`: an input of a concat, or a view
        step     // private to its step, which holds a few rows of it at a time
    };
    Kind kind = Kind::memory;
    ValueId whole = kNone;
};

struct Schedule {
    std::vector<Step> steps;     // in order of execution
    std::vector<Home> homes;     // of each value
    std::vector<bool> computed;  // of each value: no view, no concat whose inputs are written in place

    // Whether anything runs for it.
    bool runs(const Step& step) const {
        return step.is_group() || computed[static_cast<std::size_t>(step.outputs[0])];
    }
    bool is_private(ValueId value) const {
        return homes[static_cast<std::size_t>(value)].kind == Home::Kind::step;
    }
};

// Every node is a step of its own, and every value is there as a whole: the plain way, against which the
// other is tested.
Schedule schedule_one_by_one(const Graph& graph);

// Row-wise nodes that pass values only among themselves are grouped, and the inputs of a concat are written
// straight into its memory where nothing forbids it. The values named in `unfused` are private to no step;
// names the graph does not have are ignored.
Schedule schedule_in_groups(const Graph& graph, std::span<const std::string> unfused = {});

// What a step is: its node's kind, or "strips" for a group.
std::string_view kind_of(const Graph& graph, const Step& step);

// Names of all that a step leaves in memory, those of outputs[0] first.
std::vector<std::string> names_of(const Graph& graph, const Step& step);

// Names of what is computed on the way there.
std::vector<std::string> names_inside(const Graph& graph, const Step& step);

}  // namespace featherface::engine
