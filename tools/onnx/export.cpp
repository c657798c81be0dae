#include "tools/onnx/export.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "engine/identity/identify.hpp"
#include "engine/passes/passes.hpp"
#include "tools/onnx/file.hpp"

namespace featherface::tools {

namespace {

using namespace engine;

// Writes the nodes of a graph one by one; one call operator per kind of node.
class Emitter {
  public:
    // Where the size is not known, channels and the like are those of any size.
    Emitter(const Graph& graph, std::optional<OnnxSize> size)
        : graph_(graph),
          any_size_(!size),
          shapes_(infer_shapes(graph, size.value_or(kSomeSize).height, size.value_or(kSomeSize).width)) {
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            const Node& node = graph.nodes[i];
            names_.push_back(node.names.empty()
                                 ? std::string(kind_of(node.operation)) + "." + std::to_string(i)
                                 : node.names.front());
        }
        for (const Output& output : graph.outputs) names_[index(output.value)] = output.name;
    }

    Result<std::string> run() {
        for (; current_ < graph_.nodes.size(); ++current_) {
            const bool written = std::visit(
                [this](const auto& operation) {
                    if (has_epilogue(operation) || is_of_no_statistics(operation) || is_gated(operation))
                        return false;
                    if constexpr (std::is_invocable_v<Emitter&, decltype(operation)>) {
                        (*this)(operation);
                        return true;
                    }
                    return false;
                },
                node().operation);
            if (!written) {
                return Status(StatusCode::unsupported,
                              "no ONNX form of '" + out() + "', " + std::string(kind_of(node().operation)));
            }
        }
        for (const Output& output : graph_.outputs) {
            std::vector<OnnxExtent> extents = extents_of(shapes_[index(output.value)]);
            if (any_size_ && extents.size() == kAnchorsRank) extents[1] = "anchors";
            file_.add_output(output.name, extents);
        }
        return file_.bytes(graph_.name);
    }

    void operator()(const Input&) {}
    void operator()(const ReadPixels&) {
        std::vector<OnnxExtent> extents = extents_of(shape());
        if (any_size_) extents[kHeightAxis] = "height", extents[kWidthAxis] = "width";
        file_.add_input(out(), extents);
    }

    void operator()(const Conv& op) {
        const ConvGeometry& g = op.geometry;
        const auto [weight, bias] = operands(op);
        file_.add_node("Conv", {in(0), weight, bias}, out(),
                       {{"kernel_shape", square(g.kernel)},
                        {"strides", square(g.stride)},
                        {"pads", border(g.pad)},
                        {"group", g.groups}});
    }

    void operator()(const DeformConv& op) {
        const ConvGeometry& g = op.geometry;
        const auto [weight, bias] = operands(op);
        file_.add_node("Sigmoid", {in(2)}, part("sigmoid"));
        file_.add_node("Mul", {part("sigmoid"), constant("two", 2)}, part("mask"));
        file_.add_node("DeformConv", {in(0), weight, in(1), bias, part("mask")}, out(),
                       {{"kernel_shape", square(g.kernel)},
                        {"strides", square(g.stride)},
                        {"pads", border(g.pad)},
                        {"group", g.groups}});
    }

    void operator()(const Activate& op) {
        switch (op.activation) {
            case Activation::none: return file_.add_node("Identity", {in(0)}, out());
            case Activation::relu: return file_.add_node("Relu", {in(0)}, out());
            case Activation::leaky_relu:
                return file_.add_node("LeakyRelu", {in(0)}, out(), {{"alpha", kLeakySlope}});
            case Activation::sigmoid: return file_.add_node("Sigmoid", {in(0)}, out());
            case Activation::swish:
                file_.add_node("Sigmoid", {in(0)}, part("sigmoid"));
                return file_.add_node("Mul", {in(0), part("sigmoid")}, out());
        }
    }

    void operator()(const Add&) { file_.add_node("Add", {in(0), in(1)}, out()); }

    void operator()(const WeightedSum& op) {
        const std::vector<float>& parameter = values(op.parameter);
        double total = 1e-4;
        for (const float value : parameter) total += std::max(value, 0.0f);
        std::string sum;
        for (std::size_t i = 0; i < node().inputs.size(); ++i) {
            const std::string number = std::to_string(i);
            const auto weight = static_cast<float>(std::max(parameter[i], 0.0f) / total);
            const std::string term = part("term" + number);
            file_.add_node("Mul", {in(i), constant("weight" + number, weight)}, term);
            if (i == 0) {
                sum = term;
                continue;
            }
            const bool last = i + 1 == node().inputs.size();
            const std::string longer_sum = last ? out() : part("sum" + number);
            file_.add_node("Add", {sum, term}, longer_sum);
            sum = longer_sum;
        }
    }

    void operator()(const Resize&) {
        std::string sizes = part("sizes");
        if (any_size_) {
            file_.add_node("Shape", {in(1)}, part("extent"), {{"start", kHeightAxis}});
            const std::string planes = constant("planes", Dims{1, shape().channels});
            file_.add_node("Concat", {planes, part("extent")}, sizes, {{"axis", 0}});
        } else {
            sizes = constant("sizes", shape().torch_shape());
        }
        file_.add_node("Resize", {in(0), "", "", sizes}, out(),
                       {{"mode", "nearest"},
                        {"coordinate_transformation_mode", "asymmetric"},
                        {"nearest_mode", "floor"}});
    }

    void operator()(const MaxPool& op) {
        constexpr int kKernel = 3, kStride = 2;
        if (op.padding == MaxPool::Padding::one) {
            file_.add_node(
                "MaxPool", {in(0)}, out(),
                {{"kernel_shape", square(kKernel)}, {"strides", square(kStride)}, {"pads", border(1)}});
            return;
        }
        // An even extent lacks one cell, after it; an odd one lacks two, one on either side.
        std::string pads = part("pads");
        if (any_size_) {
            file_.add_node("Shape", {in(0)}, part("extent"), {{"start", kHeightAxis}});
            file_.add_node("Mod", {part("extent"), constant("stride", Dims{kStride, kStride})}, part("odd"));
            file_.add_node("Concat",
                           {constant("planes", Dims{0, 0}), part("odd"), constant("after", Dims{0, 0, 1, 1})},
                           pads, {{"axis", 0}});
        } else {
            const std::int64_t top = input_shape().height % 2, left = input_shape().width % 2;
            pads = constant("pads", Dims{0, 0, top, left, 0, 0, 1, 1});
        }
        // The value is zero when left out. Spelt so, ONNX Runtime 1.30 keeps its hands off; otherwise it
        // merges the padding into MaxPool, whose padding never wins.
        file_.add_node("Pad", {in(0), pads, ""}, part("padded"), {{"mode", "constant"}});
        file_.add_node("MaxPool", {part("padded")}, out(),
                       {{"kernel_shape", square(kKernel)}, {"strides", square(kStride)}});
    }

    // They are written where they are read, each as one of ONNX's own reductions.
    void operator()(const RowStats&) {}
    void operator()(const Slice&) {
        const Node& of_stats = graph_.nodes[index(node().inputs[0])];
        file_.add_node("ReduceMean", {names_[index(of_stats.inputs[0])], constant("axes", Dims{kWidthAxis})},
                       out());
    }
    void operator()(const ColumnMeans&) {
        file_.add_node("ReduceMean", {in(0), constant("axes", Dims{kHeightAxis})}, out());
    }
    void operator()(const GlobalPool& op) {
        const bool average = op.kind == GlobalPool::Kind::average;
        const Node& of_stats = graph_.nodes[index(node().inputs[0])];
        file_.add_node(average ? "GlobalAveragePool" : "GlobalMaxPool", {names_[index(of_stats.inputs[0])]},
                       part("map"));
        file_.add_node("Flatten", {part("map")}, out());
    }

    void operator()(const Linear& op) {
        file_.add_node("Gemm", {in(0), constant(op.weight), constant(op.bias)}, out(), {{"transB", 1}});
    }

    void operator()(const ChannelConv& op) {
        file_.add_node("Reshape", {in(0), constant("shape", shape().torch_shape())}, part("row"));
        file_.add_node("Conv", {part("row"), constant(op.weight)}, out(),
                       {{"kernel_shape", Dims{op.kernel}},
                        {"strides", Dims{1}},
                        {"pads", Dims{op.kernel / 2, op.kernel / 2}},
                        {"group", 1}});
    }

    void operator()(const ToPixel&) {
        file_.add_node("Reshape", {in(0), constant("shape", shape().torch_shape())}, out());
    }

    void operator()(const ScaleStrips&) { file_.add_node("Mul", {in(0), in(1)}, out()); }

    void operator()(const ScaleChannels&) {
        const std::string shape = constant("shape", Dims{1, input_shape().channels, 1, 1});
        file_.add_node("Reshape", {in(1), shape}, part("gate"));
        file_.add_node("Mul", {in(0), part("gate")}, out());
    }

    void operator()(const ScalePixels&) { file_.add_node("Mul", {in(0), in(1)}, out()); }

    void operator()(const ChannelStats& op) {
        const std::string axes = constant("axes", Dims{kChannelAxis});
        file_.add_node("ReduceMean", {in(0), axes}, part("mean"));
        file_.add_node("ReduceMax", {in(0), axes}, part("max"));
        file_.add_node("Concat", {part(op.max_first ? "max" : "mean"), part(op.max_first ? "mean" : "max")},
                       out(), {{"axis", kChannelAxis}});
    }

    void operator()(const Concat&) {
        std::vector<std::string> inputs;
        for (std::size_t i = 0; i < node().inputs.size(); ++i) inputs.push_back(in(i));
        // Channels of maps, rows of anchors: both are the second axis.
        file_.add_node("Concat", inputs, out(), {{"axis", kChannelAxis}});
    }

    void operator()(const Shuffle& op) {
        const Dims source(op.source.begin(), op.source.end());
        file_.add_node("Gather", {in(0), constant("source", source)}, out(), {{"axis", kChannelAxis}});
    }

    void operator()(const ToAnchors&) {
        file_.add_node("Transpose", {in(0)}, part("nhwc"), {{"perm", Dims{0, 2, 3, 1}}});
        const Dims anchors{1, -1, shape().torch_shape().back()};  // -1: as many as there are
        file_.add_node("Reshape", {part("nhwc"), constant("shape", anchors)}, out());
    }

    void operator()(const SoftmaxPairs&) { file_.add_node("Softmax", {in(0)}, out(), {{"axis", -1}}); }

  private:
    static constexpr OnnxSize kSomeSize{64, 64};
    static constexpr std::size_t kAnchorsRank = 3;
    static constexpr std::int64_t kChannelAxis = 1, kHeightAxis = 2, kWidthAxis = 3;

    static std::vector<OnnxExtent> extents_of(const Shape& shape) {
        const Dims dims = shape.torch_shape();
        return {dims.begin(), dims.end()};
    }

    static Dims dims_of(const Parameter& parameter) {
        return {parameter.shape.begin(), parameter.shape.end()};
    }
    static Dims square(std::int64_t extent) { return {extent, extent}; }
    static Dims border(std::int64_t width) { return {width, width, width, width}; }

    template <class Operation>
    static bool has_epilogue(const Operation& operation) {
        if constexpr (!std::is_same_v<Operation, Activate> && requires { operation.activation; }) {
            return operation.activation != Activation::none;
        }
        return false;
    }

    // What a pass cut out of a wider map.
    template <class Operation>
    bool is_of_no_statistics(const Operation&) const {
        return std::is_same_v<Operation, Slice> &&
               !std::holds_alternative<RowStats>(graph_.nodes[index(node().inputs[0])].operation);
    }

    // Statistics of a map and a gate, which a pass made of those of their product.
    template <class Operation>
    bool is_gated(const Operation&) const {
        return std::is_same_v<Operation, ChannelStats> && node().inputs.size() > 1;
    }

    const Node& node() const { return graph_.nodes[current_]; }
    const Shape& shape() const { return shapes_[current_]; }
    const Shape& input_shape() const { return shapes_[index(node().inputs[0])]; }
    const std::vector<float>& values(ParameterId id) const { return graph_.parameters[index(id)].values; }

    // Tensors: the node's inputs, its output, and one on the way to it.
    const std::string& in(std::size_t i) const { return names_[index(node().inputs[i])]; }
    const std::string& out() const { return names_[current_]; }
    std::string part(std::string_view name) const { return out() + "/" + std::string(name); }

    // Constants of this node: a number, and a list of numbers.
    std::string constant(std::string_view name, float value) {
        const std::string tensor = part(name);
        file_.add_constant(tensor, {}, std::span<const float>(&value, 1));
        return tensor;
    }
    std::string constant(std::string_view name, const Dims& list) {
        const std::string tensor = part(name);
        file_.add_constant(tensor, {static_cast<std::int64_t>(list.size())},
                           std::span<const std::int64_t>(list));
        return tensor;
    }

    // A parameter of the checkpoint, under its name and written once; "" for kNone.
    std::string constant(ParameterId id) {
        if (id == kNone) return "";
        const Parameter& parameter = graph_.parameters[index(id)];
        if (written_.insert(id).second) {
            file_.add_constant(parameter.name, dims_of(parameter), std::span<const float>(parameter.values));
        }
        return parameter.name;
    }

    // What a convolution multiplies with and adds. With a BatchNorm folded into it both are the node's own,
    // for modules that share their parameters have BatchNorms' too; ONNX knows no scale, so the weights take
    // it.
    struct Operands {
        std::string weight, bias;
    };
    template <class Convolution>
    Operands operands(const Convolution& op) {
        if (op.scale == kNone) return {constant(op.weight), constant(op.bias)};
        const std::vector<float>& scale = values(op.scale);
        std::vector<float> weights = values(op.weight);
        const std::size_t channel = weights.size() / scale.size();
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= scale[i / channel];

        const Operands own{part("weight"), part("bias")};
        file_.add_constant(own.weight, dims_of(graph_.parameters[index(op.weight)]),
                           std::span<const float>(weights));
        file_.add_constant(own.bias, dims_of(graph_.parameters[index(op.bias)]),
                           std::span<const float>(values(op.bias)));
        return own;
    }

    const Graph& graph_;
    bool any_size_;
    std::vector<Shape> shapes_;
    std::vector<std::string> names_;  // of each value's tensor
    std::set<ParameterId> written_;
    std::size_t current_ = 0;  // the node being written
    OnnxFile file_;
};

}  // namespace

Result<std::string> export_onnx(Graph graph, std::optional<OnnxSize> size) {
    const Graph folded = eliminate_dead(fold_batch_norm(std::move(graph)));
    return Emitter(folded, size).run();
}

Result<std::string> export_onnx(loaders::Checkpoint& checkpoint, std::optional<OnnxSize> size) {
    Identity identity = identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    return export_onnx(std::move(identity.graph), size);
}

}  // namespace featherface::tools
