// The static graph of a network: nodes in execution order, each computing one value from earlier ones, and
// the parameters they use. It is what PyTorch computes, and says nothing about where values live or what is
// computed together (engine/schedule). A graph knows channels but no height or width; infer_shapes() adds
// those for one input size.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/operations/operation.hpp"
#include "engine/system/short_list.hpp"
#include "featherface/status.hpp"

namespace featherface::engine {

using ValueId = int;  // index of the node that computes the value; kNone: no value

// The place of a ValueId or ParameterId, which is not kNone, in a vector with something for each.
inline std::size_t index(int id) {
    return static_cast<std::size_t>(id);
}

using Inputs = ShortList<ValueId, kMaxInputs>;

struct Node {
    Operation operation;
    Inputs inputs;
    std::vector<std::string> names;  // PyTorch module paths whose output this value is (containers included)
    std::vector<std::string> fused;  // module paths whose output a pass dissolved into this node
};

struct Output {
    std::string name;
    ValueId value = kNone;
};

struct Graph {
    std::string name;  // "FeatherFace V1", ...
    std::vector<Node> nodes;
    std::vector<Parameter> parameters;
    std::vector<Output> outputs;

    const Node& node(ValueId value) const { return nodes[index(value)]; }
};

// Whether a picture is small enough for any network: limit_exceeded beyond kMaxPictureSide and
// kMaxPicturePixels.
Status check_size(int height, int width);

// One shape per node for an input of height x width (both at least 1). What check_size() refuses throws
// std::length_error, and ends a program without exceptions.
std::vector<Shape> infer_shapes(const Graph& graph, int height, int width);

// The shapes of a node's inputs, of those of all values.
using InputShapes = ShortList<Shape, kMaxInputs>;
InputShapes input_shapes(const Node& node, std::span<const Shape> shapes);

// The value of that name, or kNone.
ValueId find_value(const Graph& graph, std::string_view name);

// How many nodes read each value; graph outputs count as one reader more.
std::vector<int> count_uses(const Graph& graph);

// The nodes that read each value, in order; a node that reads it twice is there once.
class Readers {
  public:
    explicit Readers(const Graph& graph);

    std::span<const ValueId> operator[](std::size_t value) const {
        return std::span(readers_).subspan(begins_[value], begins_[value + 1] - begins_[value]);
    }

  private:
    std::vector<std::size_t> begins_;  // where each value's readers begin in the list, and its end
    std::vector<ValueId> readers_;
};

}  // namespace featherface::engine
