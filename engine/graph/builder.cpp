#include "engine/graph/builder.hpp"

#include <algorithm>
#include <utility>

namespace featherface::engine {

Builder::Builder(std::string graph_name) {
    // About as many as the largest network has: they need not move as they become more.
    graph_.nodes.reserve(384);
    graph_.parameters.reserve(640);
    graph_.name = std::move(graph_name);
}

ValueId Builder::input(int channels) {
    return append("input", ReadPixels{}, {append("", Input{channels}, {}, channels)}, channels);
}

ValueId Builder::conv(const std::string& name, ValueId x, ConvGeometry geometry, Bias bias) {
    geometry.in_channels = channels(x);
    Conv op{.geometry = geometry};
    op.weight = parameter(
        name, ".weight",
        {geometry.out_channels, geometry.in_channels / geometry.groups, geometry.kernel, geometry.kernel});
    if (bias == Bias::yes) op.bias = parameter(name, ".bias", {geometry.out_channels});
    return append(name, op, {x}, geometry.out_channels);
}

ValueId Builder::conv1x1(const std::string& name, ValueId x, int out, Bias bias, int groups) {
    return conv(name, x, {.out_channels = out, .kernel = 1, .groups = groups}, bias);
}

ValueId Builder::conv3x3(const std::string& name, ValueId x, int out, int stride, Bias bias, int groups) {
    return conv(name, x, {.out_channels = out, .kernel = 3, .stride = stride, .pad = 1, .groups = groups},
                bias);
}

ValueId Builder::depthwise3x3(const std::string& name, ValueId x, int stride) {
    return conv3x3(name, x, channels(x), stride, Bias::no, channels(x));
}

ValueId Builder::deform_conv3x3(const std::string& name, ValueId x, int out) {
    constexpr int kTaps = 9;
    const ValueId offset = conv3x3(name + ".offset_conv", x, 2 * kTaps, 1, Bias::yes);
    const ValueId mask = conv3x3(name + ".modulator_conv", x, kTaps, 1, Bias::yes);
    DeformConv op{
        .geometry = {.in_channels = channels(x), .out_channels = out, .kernel = 3, .stride = 1, .pad = 1}};
    op.weight = parameter(name, ".regular_conv.weight", {out, channels(x), 3, 3});
    return append(name, op, {x, offset, mask}, out);
}

ValueId Builder::batch_norm(const std::string& name, ValueId x, double eps) {
    const int c = channels(x);
    BatchNorm op{.eps = eps};
    op.weight = parameter(name, ".weight", {c});
    op.bias = parameter(name, ".bias", {c});
    op.mean = parameter(name, ".running_mean", {c}, Parameter::Role::buffer);
    op.variance = parameter(name, ".running_var", {c}, Parameter::Role::buffer);
    return append(name, op, {x}, c);
}

ValueId Builder::linear(const std::string& name, ValueId x, int out, Bias bias) {
    Linear op{.in = channels(x), .out = out};
    op.weight = parameter(name, ".weight", {out, op.in});
    if (bias == Bias::yes) op.bias = parameter(name, ".bias", {out});
    return append(name, op, {x}, out);
}

ValueId Builder::channel_conv(const std::string& name, ValueId x, int kernel) {
    ChannelConv op{.kernel = kernel};
    op.weight = parameter(name, ".weight", {1, 1, kernel});
    return append(name, op, {x}, channels(x));
}

ValueId Builder::activate(const std::string& name, ValueId x, Activation activation) {
    return append(name, Activate{activation}, {x}, channels(x));
}

ValueId Builder::add(ValueId a, ValueId b) {
    return append("", Add{}, {a, b}, channels(a));
}

ValueId Builder::weighted_sum(const std::string& name, const std::string& relu_name, int weight_count,
                              Inputs maps) {
    const ParameterId weights = parameter(name, "", {weight_count});
    ++calls_[name];  // a parameter without a module counts as its own
    append(relu_name, FusionWeights{weights, weight_count}, {}, weight_count);
    return append("", WeightedSum{.parameter = weights}, maps, channels(maps[0]));
}

ValueId Builder::resize_like(ValueId x, ValueId like) {
    return append("", Resize{}, {x, like}, channels(x));
}

ValueId Builder::max_pool(const std::string& name, ValueId x, MaxPool::Padding padding) {
    return append(name, MaxPool{padding}, {x}, channels(x));
}

ValueId Builder::global_pool(const std::string& name, ValueId x, GlobalPool::Kind kind) {
    return append(name, GlobalPool{kind}, {row_stats(x)}, channels(x));
}

ValueId Builder::row_means(const std::string& name, ValueId x) {
    return append(name, Slice{0, channels(x)}, {row_stats(x)}, channels(x));
}

ValueId Builder::column_means(const std::string& name, ValueId x) {
    return append(name, ColumnMeans{}, {x}, channels(x));
}

ValueId Builder::scale_channels(const std::string& name, ValueId x, ValueId gate) {
    return append(name, ScaleChannels{}, {x, gate}, channels(x));
}

ValueId Builder::scale_pixels(const std::string& name, ValueId x, ValueId gate) {
    return append(name, ScalePixels{}, {x, gate}, channels(x));
}

ValueId Builder::scale_strips(const std::string& name, ValueId x, ValueId strip, ScaleStrips::Gate gate) {
    return append(name, ScaleStrips{gate}, {x, strip}, channels(x));
}

ValueId Builder::channel_stats(const std::string& name, ValueId x, bool max_first) {
    return append(name, ChannelStats{max_first}, {x}, 2);
}

ValueId Builder::concat(Inputs values) {
    // Anchors keep their number of values; maps add up their channels.
    const bool anchors = std::holds_alternative<ToAnchors>(graph_.nodes[index(values[0])].operation);
    int total = 0;
    for (const ValueId value : values) total = anchors ? channels(value) : total + channels(value);
    return append("", Concat{}, values, total);
}

ValueId Builder::shuffle(const std::string& name, ValueId x, std::vector<int> source) {
    return append(name, Shuffle{std::move(source)}, {x}, channels(x));
}

ValueId Builder::to_anchors(const std::string& name, ValueId x, int values) {
    return append(name, ToAnchors{values}, {x}, values);
}

ValueId Builder::to_pixel(ValueId x) {
    return append("", ToPixel{}, {x}, channels(x));
}

ValueId Builder::softmax_pairs(ValueId x) {
    return append("", SoftmaxPairs{}, {x}, channels(x));
}

ValueId Builder::alias(const std::string& name, ValueId value) {
    graph_.nodes[static_cast<std::size_t>(value)].names.push_back(call_name(name));
    return value;
}

void Builder::output(const std::string& name, ValueId value) {
    alias(name, value);
    graph_.outputs.push_back({name, value});
}

ValueId Builder::append(const std::string& name, Operation operation, Inputs inputs, int channels) {
    Node node{std::move(operation), inputs, {}, {}};
    if (!name.empty()) node.names.push_back(call_name(name));
    graph_.nodes.push_back(std::move(node));
    channels_.push_back(channels);
    return static_cast<ValueId>(graph_.nodes.size()) - 1;
}

// What is made of the rows of one map shares their statistics.
ValueId Builder::row_stats(ValueId x) {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        const Node& node = graph_.nodes[i];
        if (std::holds_alternative<RowStats>(node.operation) && node.inputs[0] == x)
            return static_cast<ValueId>(i);
    }
    return append("", RowStats{}, {x}, 2 * channels(x));
}

ParameterId Builder::parameter(const std::string& module, std::string_view name, TensorShape shape,
                               Parameter::Role role) {
    std::string path;
    path.reserve(module.size() + name.size());
    path.append(module).append(name);
    std::vector<Parameter>& all = graph_.parameters;
    if (calls_.contains(module)) {  // it shares them with its earlier calls
        const auto known = std::ranges::find(all, path, &Parameter::name);
        if (known != all.end()) return static_cast<ParameterId>(known - all.begin());
    }
    all.push_back({std::move(path), shape, role, {}});
    return static_cast<ParameterId>(all.size()) - 1;
}

std::string Builder::call_name(const std::string& name) {
    const int earlier = calls_[name]++;
    return earlier == 0 ? name : name + "#" + std::to_string(earlier);
}

}  // namespace featherface::engine
