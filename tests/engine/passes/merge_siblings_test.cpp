// Which convolutions of one map become one, and which do not.
#include <doctest/doctest.h>

#include <utility>

#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::count, test::finish, test::node_named;
using test::operation, test::set_values, test::values_of;
using Floats = std::vector<float>;

// Two convolutions `a` and `b` of the picture, and the views of them as anchors.
Graph two_heads(const ConvGeometry& a, const ConvGeometry& b, Bias bias_of_a = Bias::yes,
                Bias bias_of_b = Bias::yes) {
    Builder net("two heads");
    const ValueId picture = net.input(3);
    const ValueId map_a = net.conv("a", picture, a, bias_of_a), map_b = net.conv("b", picture, b, bias_of_b);
    net.output("anchors of a", net.to_anchors("", map_a, a.out_channels / 2));
    net.output("anchors of b", net.to_anchors("", map_b, b.out_channels / 2));
    return finish(net);
}

// Two that differ in nothing but their number of channels: they merge.
Graph two_heads() {
    return two_heads({.out_channels = 8, .kernel = 1}, {.out_channels = 4, .kernel = 1});
}

// Neither these two, nor the same in the other order, are merged.
void check_stay_apart(const ConvGeometry& a, const ConvGeometry& b, Bias bias_of_a = Bias::yes,
                      Bias bias_of_b = Bias::yes) {
    check_unchanged(two_heads(a, b, bias_of_a, bias_of_b), merge_siblings);
    check_unchanged(two_heads(b, a, bias_of_b, bias_of_a), merge_siblings);
}

// The one convolution that is left.
const Conv& merged_conv(const Graph& graph) {
    REQUIRE(count<Conv>(graph) == 1);
    for (const Node& node : graph.nodes) {
        if (const auto* conv = std::get_if<Conv>(&node.operation)) return *conv;
    }
    return std::get<Conv>(graph.nodes[0].operation);
}

// The value is these channels of the one convolution's.
void check_slice(const Graph& graph, std::string_view name, int first, int channels) {
    CAPTURE(name);
    const Slice& slice = operation<Slice>(graph, name);
    CHECK(slice.first == first);
    CHECK(slice.channels == channels);
    const Node& whole = graph.nodes[static_cast<std::size_t>(node_named(graph, name).inputs[0])];
    CHECK(std::holds_alternative<Conv>(whole.operation));
    CHECK(whole.names.empty());
    CHECK(whole.fused.empty());
}

TEST_CASE("merge_siblings: the heads of a level become one convolution, their maps slices of its channels") {
    Builder net("three heads");
    const ValueId picture = net.input(3);
    const ValueId box = net.conv1x1("box", picture, 8, Bias::yes);
    net.output("loc", net.to_anchors("", box, 4));
    const ValueId score = net.softmax_pairs(net.conv1x1("score", picture, 4, Bias::yes));
    net.output("conf", net.to_anchors("", score, 2));
    const ValueId points = net.conv1x1("points", picture, 20, Bias::yes);
    net.output("landms", net.to_anchors("", points, 10));
    const Graph graph = finish(net), merged = merge_siblings(graph);
    CHECK(merged_conv(merged).geometry.out_channels == 8 + 4 + 20);
    check_slice(merged, "box", 0, 8);
    check_slice(merged, "score", 8, 4);
    check_slice(merged, "points", 12, 20);
    check_same_outputs(graph, merged);
}

TEST_CASE("merge_siblings: the weights and biases stand one behind the other") {
    Graph graph = two_heads({.out_channels = 2, .kernel = 1}, {.out_channels = 2, .kernel = 1});
    set_values(graph, "a.weight", {1, 2, 3, 4, 5, 6});
    set_values(graph, "b.weight", {7, 8, 9, 10, 11, 12});
    set_values(graph, "a.bias", {13, 14});
    set_values(graph, "b.bias", {15, 16});
    const Graph merged = eliminate_dead(merge_siblings(graph));
    const Conv& conv = merged_conv(merged);
    CHECK(values_of(merged, conv.weight) == Floats{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    CHECK(values_of(merged, conv.bias) == Floats{13, 14, 15, 16});
    CHECK(merged.parameters.size() == 2);
    CHECK(merged.parameters[static_cast<std::size_t>(conv.weight)].shape ==
          std::vector<std::int64_t>{4, 3, 1, 1});
    CHECK(merged.parameters[static_cast<std::size_t>(conv.bias)].shape == std::vector<std::int64_t>{4});
}

TEST_CASE("merge_siblings: convolutions without a bias become one without a bias") {
    const ConvGeometry geometry{.out_channels = 4, .kernel = 1};
    const Graph graph = two_heads(geometry, geometry, Bias::no, Bias::no), merged = merge_siblings(graph);
    CHECK(merged_conv(merged).bias == kNone);
    check_same_outputs(graph, merged);
}

TEST_CASE("merge_siblings: offset and mask of a deformable convolution come from one convolution") {
    Builder net("deform");
    net.output("out", net.deform_conv3x3("deform", net.input(3), 4));
    const Graph graph = finish(net), merged = merge_siblings(graph);
    CHECK(merged_conv(merged).geometry.out_channels == 18 + 9);
    check_slice(merged, "deform.offset_conv", 0, 18);
    check_slice(merged, "deform.modulator_conv", 18, 9);
    check_same_outputs(graph, merged);
}

TEST_CASE(
    "merge_siblings: what was fused into a convolution stays with its slice, the activation with both") {
    Builder net("heads with activations");
    const ValueId picture = net.input(3);
    const ValueId a = net.activate("a.relu", net.conv1x1("a", picture, 4), Activation::relu);
    net.output("anchors of a", net.to_anchors("", a, 2));
    const ValueId b = net.activate("b.relu", net.conv1x1("b", picture, 4), Activation::relu);
    net.output("anchors of b", net.to_anchors("", b, 2));
    const Graph graph = fuse_activations(finish(net)), merged = merge_siblings(graph);
    CHECK(merged_conv(merged).activation == Activation::relu);
    check_slice(merged, "a.relu", 0, 4);
    check_slice(merged, "b.relu", 4, 4);
    CHECK(node_named(merged, "a.relu").fused == std::vector<std::string>{"a"});
    CHECK(node_named(merged, "b.relu").fused == std::vector<std::string>{"b"});
    check_same_outputs(graph, merged);
}

TEST_CASE("merge_siblings: a convolution of another geometry stays apart") {
    const ConvGeometry plain{.out_channels = 4, .kernel = 3, .stride = 1, .pad = 1};
    ConvGeometry other = plain;
    REQUIRE(count<Conv>(merge_siblings(two_heads(plain, plain))) == 1);
    SUBCASE("stride") {
        other.stride = 2;
    }
    SUBCASE("padding") {
        other.pad = 2;
    }
    SUBCASE("kernel") {
        other.kernel = 1;
    }
    check_stay_apart(plain, other);
}

TEST_CASE("merge_siblings: grouped convolutions stay apart") {
    Builder net("grouped");
    const ValueId map = net.conv1x1("before", net.input(3), 4);
    int groups_of_a = 2, groups_of_b = 2;
    SUBCASE("both") {}
    SUBCASE("the first") {
        groups_of_b = 1;
    }
    SUBCASE("the second") {
        groups_of_a = 1;
    }
    const ValueId a = net.conv1x1("a", map, 4, Bias::no, groups_of_a);
    const ValueId b = net.conv1x1("b", map, 4, Bias::no, groups_of_b);
    net.output("anchors of a", net.to_anchors("", a, 2));
    net.output("anchors of b", net.to_anchors("", b, 2));
    check_unchanged(finish(net), merge_siblings);
}

TEST_CASE("merge_siblings: a convolution with a bias and one without stay apart") {
    const ConvGeometry geometry{.out_channels = 4, .kernel = 1};
    check_stay_apart(geometry, geometry, Bias::yes, Bias::no);
}

TEST_CASE("merge_siblings: convolutions with different activations stay apart") {
    Graph graph = two_heads();
    operation<Conv>(graph, "a").activation = Activation::relu;
    SUBCASE("one has none") {}
    SUBCASE("both have one") {
        operation<Conv>(graph, "b").activation = Activation::leaky_relu;
    }
    check_unchanged(graph, merge_siblings);
}

TEST_CASE("merge_siblings: a convolution with a scale stays apart") {
    Builder net("heads with BatchNorm");
    const ValueId picture = net.input(3);
    ValueId a = net.conv1x1("a", picture, 4, Bias::yes), b = net.conv1x1("b", picture, 4, Bias::yes);
    SUBCASE("both") {
        a = net.batch_norm("a.norm", a);
        b = net.batch_norm("b.norm", b);
    }
    SUBCASE("the first") {
        a = net.batch_norm("a.norm", a);
    }
    SUBCASE("the second") {
        b = net.batch_norm("b.norm", b);
    }
    net.output("anchors of a", net.to_anchors("", a, 2));
    net.output("anchors of b", net.to_anchors("", b, 2));
    const Graph graph = fold_batch_norm(finish(net));
    REQUIRE(count<BatchNorm>(graph) == 0);
    check_unchanged(graph, merge_siblings);
}

TEST_CASE("merge_siblings: convolutions of different maps stay apart") {
    Builder net("two maps");
    const ValueId picture = net.input(3), relu = net.activate("relu", picture, Activation::relu);
    net.output("anchors of a", net.to_anchors("", net.conv1x1("a", picture, 4), 2));
    net.output("anchors of b", net.to_anchors("", net.conv1x1("b", relu, 4), 2));
    check_unchanged(finish(net), merge_siblings);
}

TEST_CASE("merge_siblings: convolutions that ordinary nodes read stay apart") {
    Builder net("add");
    const ValueId picture = net.input(3);
    net.output("out", net.add(net.conv1x1("a", picture, 4), net.conv1x1("b", picture, 4)));
    check_unchanged(finish(net), merge_siblings);
}

TEST_CASE("merge_siblings: a head that more than one node reads stays apart") {
    Builder net("two readers");
    const ValueId picture = net.input(3), a = net.conv1x1("a", picture, 4);
    SUBCASE("a view and another operation") {
        net.output("view", net.to_anchors("", a, 2));
        net.output("relu", net.activate("", a, Activation::relu));
    }
    SUBCASE("two views") {
        net.output("view", net.to_anchors("", a, 2));
        net.output("another view", net.to_anchors("", a, 1));
    }
    SUBCASE("two softmaxes") {
        net.output("softmax", net.softmax_pairs(a));
        net.output("another softmax", net.softmax_pairs(a));
    }
    net.output("anchors of b", net.to_anchors("", net.conv1x1("b", picture, 4), 2));
    check_unchanged(finish(net), merge_siblings);
}

TEST_CASE("merge_siblings: a convolution that is an output stays apart") {
    for (const char* name : {"a", "b"}) {
        CAPTURE(name);
        Graph graph = two_heads();
        graph.outputs.push_back({name, find_value(graph, name)});
        check_unchanged(graph, merge_siblings);
    }
}

// A deformable convolution of the picture, and what `add_more(builder, picture)` adds to the graph.
template <class AddMore>
Graph deform_and(const AddMore& add_more) {
    Builder net("deform, and");
    const ValueId picture = net.input(3);
    net.output("out", net.deform_conv3x3("deform", picture, 4));
    add_more(net, picture);
    return finish(net);
}

TEST_CASE("merge_siblings: an offset that another operation reads too stays apart") {
    Graph graph = deform_and([](Builder& net, ValueId picture) {
        net.output("relu", net.activate("", picture, Activation::relu));
    });
    Node& relu = graph.nodes[static_cast<std::size_t>(find_value(graph, "relu"))];
    relu.inputs[0] = find_value(graph, "deform.offset_conv");
    check_unchanged(graph, merge_siblings);
}

TEST_CASE("merge_siblings: a head does not merge with offsets and masks of equal geometry") {
    const Graph graph = deform_and([](Builder& net, ValueId picture) {
        net.output("anchors", net.to_anchors("", net.conv3x3("head", picture, 4, 1, Bias::yes), 2));
    });
    const Graph merged = merge_siblings(graph);
    CHECK(count<Conv>(merged) == 2);
    CHECK(operation<Conv>(merged, "head").geometry.out_channels == 4);
    check_same_outputs(graph, merged);
}

TEST_CASE("merge_siblings: a convolution that nothing reads is not merged") {
    const Graph graph =
        deform_and([](Builder& net, ValueId picture) { net.conv3x3("unread", picture, 4, 1, Bias::yes); });
    CHECK(merged_conv(eliminate_dead(merge_siblings(graph))).geometry.out_channels == 18 + 9);
}

TEST_CASE("merge_siblings: deformable convolutions of one map share one convolution for all they need") {
    const Graph graph = deform_and(
        [](Builder& net, ValueId picture) { net.output("second", net.deform_conv3x3("other", picture, 5)); });
    const Graph merged = merge_siblings(graph);
    CHECK(merged_conv(merged).geometry.out_channels == 2 * (18 + 9));
    check_slice(merged, "other.modulator_conv", 18 + 9 + 18, 9);
    check_same_outputs(graph, merged);
}

}  // namespace
}  // namespace featherface::engine
