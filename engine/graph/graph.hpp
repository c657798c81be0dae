// The static graph of a network: nodes in execution order, each computing one value from earlier ones, and
// the parameters they use. A graph knows channels but no height or width; infer_shapes() adds those for one
// input size.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace featherface::engine {

using kernels::Activation;
using kernels::ConvGeometry;

using ValueId = int;      // index of the node that computes the value
using ParameterId = int;  // index into Graph::parameters
constexpr int kNone = -1;

// A named tensor of the state_dict. `values` is empty until bind() fills it from a checkpoint.
struct Parameter {
    enum class Role { trained, buffer };  // buffers: BatchNorm's running statistics
    std::string name;
    std::vector<std::int64_t> shape;
    Role role = Role::trained;
    std::vector<float> values;
};

// What a node computes. Inputs are Node::inputs, in the order named in the comments.
struct Input {  // (); the caller's picture, which stays where it is
    int channels = 0;
};
struct ReadPixels {};  // (input); the picture as floats, minus the mean: see InputSource
struct Conv {          // (x); torch.nn.Conv2d, its sums times `scale` (one a channel) before the bias
    ConvGeometry geometry;
    ParameterId weight = kNone, scale = kNone, bias = kNone;
    Activation activation = Activation::none;
};
struct DeformConv {  // (x, offset, mask logits); torchvision.ops.deform_conv2d with mask = 2 *
                     // sigmoid(logits)
    ConvGeometry geometry;
    ParameterId weight = kNone, scale = kNone, bias = kNone;
    Activation activation = Activation::none;
};
struct BatchNorm {  // (x); eval mode
    ParameterId weight = kNone, bias = kNone, mean = kNone, variance = kNone;
    double eps = 1e-5;
};
struct Activate {  // (x)
    Activation activation = Activation::none;
};
struct Add {  // (a, b)
    Activation activation = Activation::none;
};
struct FusionWeights {  // (); relu(parameter), for observers: WeightedSum holds the parameter itself
    ParameterId parameter = kNone;
    int count = 0;
};
struct WeightedSum {  // (2 or 3 maps); w[i] = relu(p[i]) / (sum over all of p of relu(p) + 1e-4)
    ParameterId parameter = kNone;
    Activation activation = Activation::none;
};
struct Resize {};  // (x, like); nearest, to the height and width of `like`
struct MaxPool {   // (x); 3x3, stride 2
    enum class Padding {
        same_with_zeros,  // TensorFlow "same": zeros that take part in the maximum
        one               // one cell on every side that never wins
    };
    Padding padding = Padding::one;
};
struct RowStats {};  // (x); one column: of each row and channel the mean, then of each the maximum
struct GlobalPool {  // (row stats); over all pixels, gives a vector
    enum class Kind { average, maximum };
    Kind kind = Kind::average;
};
struct Linear {  // (vector); torch.nn.Linear
    int in = 0, out = 0;
    ParameterId weight = kNone, bias = kNone;
    Activation activation = Activation::none;
};
struct ScaleChannels {};  // (x, gate vector)
struct ScalePixels {};    // (x, gate map of one channel)
struct ChannelStats {     // (x); two channels: mean and maximum over the channels
    bool max_first = false;
};
struct Concat {             // (maps or anchors...); maps along channels, anchors along anchors
    bool in_place = false;  // the inputs are written where they belong: nothing is left to do
};
struct Slice {  // (map); channels [first, first + channels), a view
    int first = 0, channels = 0;
};
struct Shuffle {  // (x); output channel i = input channel source[i], or i itself where source is empty: a
                  // copy
    std::vector<int> source;
};
struct ToAnchors {  // (map of anchors-per-cell * values channels); one row an anchor, no data moves
    int values = 0;
};
struct SoftmaxPairs {};  // (anchors of 2 values, or the map they are a view of); over neighbouring pairs

// Several row-wise nodes computed together, a strip of rows at a time, so that what passes between them stays
// in cache. Stages are in execution order; a stage's input i is this node's input i when i < its number of
// inputs, else stage i minus that number. Stage outputs[0] is this node's value; a further outputs[k] is the
// value of a StripsOutput{k} node, which directly follows.
struct Node;
struct Strips {
    std::vector<Node> stages;
    std::vector<int> outputs;
};
struct StripsOutput {  // (strips)
    int index = 0;
};

using Operation =
    std::variant<Input, Conv, DeformConv, BatchNorm, Activate, Add, FusionWeights, WeightedSum, Resize,
                 MaxPool, GlobalPool, Linear, ScaleChannels, ScalePixels, ChannelStats, Concat, Shuffle,
                 ToAnchors, SoftmaxPairs, Slice, Strips, StripsOutput, ReadPixels, RowStats>;

// Short name of an operation for tables ("conv", "deform_conv", ...).
std::string_view kind_of(const Operation& operation);

struct Node {
    Operation operation;
    std::vector<ValueId> inputs;
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

    const Parameter* find_parameter(std::string_view parameter_name) const;
};

// What a value is to PyTorch, and its extent here. Everything is stored as height x width x channels floats.
struct Shape {
    enum class Kind {
        map,      // torch (1, channels, height, width)
        vector,   // torch (1, channels); height = width = 1
        anchors,  // torch (1, height * width, channels): one row an anchor, in row-major order of the cells
        list      // torch (channels,); height = width = 1
    };
    Kind kind = Kind::map;
    int height = 1, width = 1, channels = 1;

    std::int64_t elements() const { return std::int64_t{height} * width * channels; }
    std::vector<std::int64_t> torch_shape() const;
    bool operator==(const Shape&) const = default;
};

// The shape of a node's value from those of its inputs; `height` and `width` are the image's.
Shape infer_shape(const Node& node, std::span<const Shape> inputs, int height, int width);

// Shapes of all stages of a Strips node from those of its inputs.
std::vector<Shape> infer_stage_shapes(const Node& strips, std::span<const Shape> inputs);

// One shape a node for an input of height x width (both at least 1).
std::vector<Shape> infer_shapes(const Graph& graph, int height, int width);

// The value of that name, or kNone.
ValueId find_value(const Graph& graph, std::string_view name);

// Names of all that a node computes: its own, and for Strips those of the StripsOutputs behind it.
std::vector<std::string> names_of_outputs(const Graph& graph, ValueId node);

// How many nodes read each value; graph outputs count as one reader more.
std::vector<int> count_uses(const Graph& graph);

// Calls visit(id) for every ParameterId an operation holds, kNone among them; for Strips, of all its stages.
template <class AnyOperation, class Visitor>
void for_each_parameter(AnyOperation& operation, const Visitor& visit) {
    if (auto* conv = std::get_if<Conv>(&operation)) {
        visit(conv->weight), visit(conv->scale), visit(conv->bias);
    } else if (auto* deform = std::get_if<DeformConv>(&operation)) {
        visit(deform->weight), visit(deform->scale), visit(deform->bias);
    } else if (auto* norm = std::get_if<BatchNorm>(&operation)) {
        visit(norm->weight), visit(norm->bias), visit(norm->mean), visit(norm->variance);
    } else if (auto* linear = std::get_if<Linear>(&operation)) {
        visit(linear->weight), visit(linear->bias);
    } else if (auto* weights = std::get_if<FusionWeights>(&operation)) {
        visit(weights->parameter);
    } else if (auto* sum = std::get_if<WeightedSum>(&operation)) {
        visit(sum->parameter);
    } else if (auto* strips = std::get_if<Strips>(&operation)) {
        for (auto& stage : strips->stages) for_each_parameter(stage.operation, visit);
    }
}

constexpr float kLeakySlope = 0.1f;  // the only slope these networks have

}  // namespace featherface::engine
