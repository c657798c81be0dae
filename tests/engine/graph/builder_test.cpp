#include "engine/graph/builder.hpp"

#include <doctest/doctest.h>

#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::count, test::node_named, test::operation;
using Names = std::vector<std::string>;
using Extents = std::vector<std::int64_t>;
using Values = std::vector<ValueId>;

Names parameter_names(const Graph& graph) {
    Names names;
    for (const Parameter& parameter : graph.parameters) names.push_back(parameter.name);
    return names;
}

Extents shape_of(const Graph& graph, std::string_view parameter) {
    const Parameter* found = test::find_parameter(graph, parameter);
    REQUIRE_MESSAGE(found != nullptr, "no parameter " << parameter);
    return {found->shape.begin(), found->shape.end()};
}

TEST_CASE("builder: the picture is the value input, and the graph has the name it was given") {
    Builder net("a network");
    const ValueId picture = net.input(3);
    const Graph graph = net.finish();
    CHECK(graph.name == "a network");
    CHECK(find_value(graph, "input") == picture);
}

TEST_CASE("builder: a module called again has the suffix #1, then #2, and shares its parameters") {
    Builder net("calls");
    ValueId x = net.input(3);
    for (int call = 0; call < 3; ++call) x = net.conv1x1("conv", x, 3, Bias::yes);
    const ValueId other = net.conv1x1("other", x, 3);
    const Graph graph = net.finish();
    CHECK(node_named(graph, "conv#2").names == Names{"conv#2"});
    CHECK(node_named(graph, "conv#2").inputs == Values{find_value(graph, "conv#1")});
    CHECK(node_named(graph, "conv#1").inputs == Values{find_value(graph, "conv")});
    CHECK(find_value(graph, "conv#0") == kNone);
    CHECK(find_value(graph, "other") == other);  // each module counts its own calls
    CHECK(parameter_names(graph) == Names{"conv.weight", "conv.bias", "other.weight"});
    CHECK(operation<Conv>(graph, "conv").weight == operation<Conv>(graph, "conv#2").weight);
    CHECK(operation<Conv>(graph, "conv").bias == operation<Conv>(graph, "conv#1").bias);
    CHECK(operation<Conv>(graph, "other").weight != operation<Conv>(graph, "conv").weight);
}

TEST_CASE("builder: what no module stands for has no name, however often it is called") {
    Builder net("functions");
    const ValueId x = net.input(3);
    const ValueId sum = net.add(net.add(x, x), x);
    const Graph graph = net.finish();
    CHECK(graph.nodes[static_cast<std::size_t>(sum)].names.empty());
    CHECK(find_value(graph, "") == kNone);
    CHECK(find_value(graph, "#1") == kNone);
}

TEST_CASE("builder: an alias is a further name of the value, and counts as a call") {
    Builder net("aliases");
    const ValueId conv = net.conv1x1("block.conv", net.input(3), 3);
    CHECK(net.alias("block", conv) == conv);
    const ValueId again = net.alias("block", net.conv1x1("block.conv", conv, 3));
    const Graph graph = net.finish();
    CHECK(node_named(graph, "block").names == Names{"block.conv", "block"});
    CHECK(find_value(graph, "block#1") == again);
    CHECK(graph.outputs.empty());
}

TEST_CASE("builder: outputs are listed in order, under their names, which are names of their values too") {
    Builder net("outputs");
    const ValueId a = net.conv1x1("a", net.input(3), 3), b = net.conv1x1("b", a, 3);
    net.output("last", b);
    net.output("middle", a);
    const Graph graph = net.finish();
    REQUIRE(graph.outputs.size() == 2);
    CHECK(graph.outputs[0].name == "last");
    CHECK(graph.outputs[0].value == b);
    CHECK(graph.outputs[1].name == "middle");
    CHECK(graph.outputs[1].value == a);
    CHECK(node_named(graph, "middle").names == Names{"a", "middle"});
}

TEST_CASE("builder: parameters have PyTorch's names, shapes and roles") {
    Builder net("parameters");
    const ValueId x = net.conv("conv", net.input(3), {.out_channels = 8, .kernel = 5, .stride = 2, .pad = 2});
    net.conv1x1("grouped", x, 6, Bias::yes, /*groups=*/2);
    net.depthwise3x3("depthwise", x, 2);
    net.deform_conv3x3("deform", x, 4);
    net.batch_norm("norm", x, 1e-3);
    net.linear("linear", x, 5, Bias::yes);
    net.weighted_sum("w", "w_relu", 3, {x, x});
    const Graph graph = net.finish();
    CHECK(parameter_names(graph) ==
          Names{"conv.weight", "grouped.weight", "grouped.bias", "depthwise.weight",
                "deform.offset_conv.weight", "deform.offset_conv.bias", "deform.modulator_conv.weight",
                "deform.modulator_conv.bias", "deform.regular_conv.weight", "norm.weight", "norm.bias",
                "norm.running_mean", "norm.running_var", "linear.weight", "linear.bias", "w"});
    CHECK(shape_of(graph, "conv.weight") == Extents{8, 3, 5, 5});
    CHECK(shape_of(graph, "grouped.weight") == Extents{6, 4, 1, 1});
    CHECK(shape_of(graph, "grouped.bias") == Extents{6});
    CHECK(shape_of(graph, "depthwise.weight") == Extents{8, 1, 3, 3});
    CHECK(shape_of(graph, "deform.offset_conv.weight") == Extents{18, 8, 3, 3});
    CHECK(shape_of(graph, "deform.modulator_conv.bias") == Extents{9});
    CHECK(shape_of(graph, "deform.regular_conv.weight") == Extents{4, 8, 3, 3});
    CHECK(shape_of(graph, "norm.running_var") == Extents{8});
    CHECK(shape_of(graph, "linear.weight") == Extents{5, 8});
    CHECK(shape_of(graph, "linear.bias") == Extents{5});
    CHECK(shape_of(graph, "w") == Extents{3});
    for (const Parameter& parameter : graph.parameters) {
        CAPTURE(parameter.name);
        const bool is_statistics =
            parameter.name == "norm.running_mean" || parameter.name == "norm.running_var";
        CHECK((parameter.role == Parameter::Role::buffer) == is_statistics);
        CHECK(parameter.values.empty());
    }
}

TEST_CASE("builder: geometry is as asked for, input channels those of what is read") {
    Builder net("geometry");
    const ValueId x = net.conv("conv", net.input(3), {.out_channels = 8, .kernel = 5, .stride = 2, .pad = 2});
    net.conv1x1("pointwise", x, 6, Bias::no, /*groups=*/2);
    net.conv3x3("3x3", x, 7, 2);
    net.depthwise3x3("depthwise", x, 2);
    net.deform_conv3x3("deform", x, 4);
    const Graph graph = net.finish();
    const auto check = [](const ConvGeometry& g, int in, int out, int kernel, int stride, int pad,
                          int groups) {
        CHECK(g.in_channels == in);
        CHECK(g.out_channels == out);
        CHECK(g.kernel == kernel);
        CHECK(g.stride == stride);
        CHECK(g.pad == pad);
        CHECK(g.groups == groups);
    };
    check(operation<Conv>(graph, "conv").geometry, 3, 8, 5, 2, 2, 1);
    check(operation<Conv>(graph, "pointwise").geometry, 8, 6, 1, 1, 0, 2);
    check(operation<Conv>(graph, "3x3").geometry, 8, 7, 3, 2, 1, 1);
    check(operation<Conv>(graph, "depthwise").geometry, 8, 8, 3, 2, 1, 8);
    check(operation<DeformConv>(graph, "deform").geometry, 8, 4, 3, 1, 1, 1);
    CHECK(operation<Conv>(graph, "conv").bias == kNone);
    CHECK(node_named(graph, "deform").inputs ==
          Values{x, find_value(graph, "deform.offset_conv"), find_value(graph, "deform.modulator_conv")});
}

TEST_CASE("builder: average and maximum of one map share its row statistics, those of another map do not") {
    Builder net("pools");
    const ValueId picture = net.input(3), relu = net.activate("relu", picture, Activation::relu);
    net.global_pool("average", picture, GlobalPool::Kind::average);
    net.global_pool("of another map", relu, GlobalPool::Kind::average);
    net.global_pool("maximum", picture, GlobalPool::Kind::maximum);
    const Graph graph = net.finish();
    CHECK(count<RowStats>(graph) == 2);
    CHECK(node_named(graph, "average").inputs == node_named(graph, "maximum").inputs);
    CHECK(node_named(graph, "of another map").inputs != node_named(graph, "maximum").inputs);
}

TEST_CASE("builder: the means of rows are a part of the row statistics, which pooling shares") {
    Builder net("means");
    const ValueId x = net.conv1x1("x", net.input(3), 4);
    const ValueId rows = net.row_means("rows", x);
    net.global_pool("pool", x, GlobalPool::Kind::average);
    CHECK(net.channels(rows) == 4);
    const Graph graph = net.finish();
    CHECK(count<RowStats>(graph) == 1);
    CHECK(operation<Slice>(graph, "rows").first == 0);
    CHECK(operation<Slice>(graph, "rows").channels == 4);
}

TEST_CASE("builder: a convolution along the channels has one filter, as torch.nn.Conv1d has it") {
    Builder net("eca");
    const ValueId x = net.global_pool("pool", net.input(3), GlobalPool::Kind::average);
    CHECK(net.channels(net.to_pixel(net.channel_conv("conv", x, 5))) == 3);
    CHECK(shape_of(net.finish(), "conv.weight") == Extents{1, 1, 5});
}

TEST_CASE("builder: a weighted sum holds its weights itself, and observers see their ReLU") {
    Builder net("weighted sum");
    const ValueId picture = net.input(3);
    const ValueId sum = net.alias("sum", net.weighted_sum("w", "w_relu", 3, {picture, picture}));
    const Graph graph = net.finish();
    const FusionWeights& weights = operation<FusionWeights>(graph, "w_relu");
    CHECK(weights.count == 3);
    CHECK(weights.parameter == operation<WeightedSum>(graph, "sum").parameter);
    CHECK(graph.parameters[static_cast<std::size_t>(weights.parameter)].name == "w");
    CHECK(graph.nodes[static_cast<std::size_t>(sum)].inputs == Values{picture, picture});
}

TEST_CASE("builder: the channels it promises of each value are those of the value's shape") {
    Builder net("one of each");
    const ValueId picture = net.input(3);
    const ValueId conv = net.conv3x3("conv", picture, 8, 2);
    const ValueId deform = net.deform_conv3x3("deform", conv, 6);
    const ValueId norm = net.batch_norm("norm", deform);
    const ValueId relu = net.activate("relu", norm, Activation::relu);
    const ValueId sum = net.weighted_sum("w", "w_relu", 2, {relu, norm});
    const ValueId pool = net.max_pool("pool", conv, MaxPool::Padding::one);
    const ValueId resized = net.resize_like(pool, sum);
    const ValueId vector = net.global_pool("average", sum, GlobalPool::Kind::average);
    const ValueId gate = net.linear("linear", vector, 6, Bias::no);
    const ValueId scaled = net.scale_channels("scaled", sum, gate);
    const ValueId stats = net.channel_stats("stats", scaled, true);
    const ValueId pixels = net.scale_pixels("pixels", scaled, net.conv1x1("gate", stats, 1));
    const ValueId maps = net.concat({net.add(pixels, sum), resized});
    const ValueId shuffle = net.shuffle("shuffle", net.conv1x1("pairs", maps, 4), {0, 2, 1, 3});
    const ValueId a = net.to_anchors("a", shuffle, 2), b = net.to_anchors("b", shuffle, 2);
    const ValueId anchors = net.softmax_pairs(net.concat({a, b}));
    net.output("out", anchors);
    CHECK(net.channels(maps) == 6 + 8);  // of maps, a concat adds up the channels
    CHECK(net.channels(anchors) == 2);   // of anchors, it adds up the anchors
    std::vector<int> promised;
    for (ValueId value = 0; value <= anchors; ++value) promised.push_back(net.channels(value));
    std::vector<int> found;
    for (const Shape& shape : infer_shapes(net.finish(), 20, 30)) found.push_back(shape.channels);
    CHECK(promised == found);
}

}  // namespace
}  // namespace featherface::engine
