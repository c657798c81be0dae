// Activations in the epilogue of what they read, and where they have to stay.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/passes/passes.hpp"
#include "support/capture.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::check_same_outputs, test::check_unchanged, test::describe, test::finish;
using enum Activation;

constexpr Activation kActivations[] = {relu, leaky_relu, sigmoid, swish};

// Builds a value, of which the test takes the activation; `op` is its name.
using Producer = ValueId (*)(Builder& net);

ValueId conv(Builder& net) {
    return net.conv3x3("op", net.input(3), 4);
}
ValueId deform_conv(Builder& net) {
    return net.deform_conv3x3("op", net.input(3), 4);
}
ValueId add(Builder& net) {
    const ValueId picture = net.input(3);
    return net.alias("op", net.add(picture, net.conv3x3("conv", picture, 3)));
}
ValueId weighted_sum(Builder& net) {
    const ValueId picture = net.input(3);
    return net.alias("op", net.weighted_sum("w", "w_relu", 2, {picture, net.conv3x3("conv", picture, 3)}));
}
ValueId linear(Builder& net) {
    return net.linear("op", net.global_pool("pool", net.input(3), GlobalPool::Kind::average), 5, Bias::yes);
}
ValueId batch_norm(Builder& net) {
    return net.batch_norm("op", net.input(3));
}
ValueId concat(Builder& net) {
    const ValueId picture = net.input(3);
    return net.alias("op", net.concat({picture, net.conv3x3("conv", picture, 3)}));
}
ValueId scale_channels(Builder& net) {
    const ValueId picture = net.input(3);
    return net.scale_channels("op", picture, net.global_pool("pool", picture, GlobalPool::Kind::maximum));
}

// The value and its activation `act`, the only output.
Graph activated(Producer producer, Activation activation) {
    Builder net("activated");
    net.output("out", net.activate("act", producer(net), activation));
    return eliminate_dead(finish(net));
}

TEST_CASE("fuse_activations: what an operation's kernel can do becomes its epilogue, all else stays") {
    struct Case {
        const char* name;
        Producer producer;
        std::vector<Activation> epilogues;
    };
    const Case cases[] = {{"conv", conv, {relu, leaky_relu}},
                          {"deform_conv", deform_conv, {relu, leaky_relu}},
                          {"add", add, {relu}},
                          {"weighted_sum", weighted_sum, {swish}},
                          {"linear", linear, {relu, sigmoid}},
                          {"batch_norm", batch_norm, {}},
                          {"concat", concat, {}},
                          {"scale_channels", scale_channels, {}}};
    for (const auto& [name, producer, epilogues] : cases) {
        for (const Activation activation : kActivations) {
            FEATHERFACE_CAPTURE(name);
            CAPTURE(static_cast<int>(activation));
            const Graph graph = activated(producer, activation);
            if (std::find(epilogues.begin(), epilogues.end(), activation) == epilogues.end()) {
                check_unchanged(graph, fuse_activations);
                continue;
            }
            const Graph fused = fuse_activations(graph);
            CHECK(fused.nodes.size() == graph.nodes.size() - 1);
            CHECK(test::count<Activate>(fused) == 0);
            check_same_outputs(graph, fused);
        }
    }
}

TEST_CASE("fuse_activations: the operation takes the activation's names and keeps its own as fused") {
    CHECK(describe(fuse_activations(activated(conv, leaky_relu))) ==
          "act out = conv+leaky_relu(input) was op\n"
          "-> out: act\n");
    CHECK(describe(fuse_activations(activated(weighted_sum, swish))) ==
          "conv = conv(input)\n"
          "act out = weighted_sum+swish(input, conv) was w_relu op\n"
          "-> out: act\n");
}

TEST_CASE("fuse_activations: all that read the activation read the operation afterwards") {
    Builder net("two readers of the activation");
    const ValueId act = net.activate("act", net.conv1x1("op", net.input(3), 4), relu);
    net.output("out", net.add(act, net.conv1x1("next", act, 4)));
    const Graph graph = finish(net), fused = fuse_activations(graph);
    CHECK(describe(fused) ==
          "act = conv+relu(input) was op\n"
          "next = conv(act)\n"
          "out = add(act, next)\n"
          "-> out: out\n");
    check_same_outputs(graph, fused);
}

TEST_CASE("fuse_activations: the activation of a value that others read too stays") {
    Builder net("two readers");
    const ValueId value = net.conv1x1("op", net.input(3), 4);
    net.output("out", net.add(net.activate("act", value, relu), value));
    check_unchanged(finish(net), fuse_activations);
}

TEST_CASE("fuse_activations: two activations of one value stay") {
    Builder net("two activations");
    const ValueId value = net.conv1x1("op", net.input(3), 4);
    net.output("out", net.add(net.activate("a", value, relu), net.activate("b", value, leaky_relu)));
    check_unchanged(finish(net), fuse_activations);
}

TEST_CASE("fuse_activations: the activation of a value that is an output stays") {
    Builder net("an output");
    const ValueId value = net.conv1x1("op", net.input(3), 4);
    net.output("map", value);
    net.output("out", net.activate("act", value, relu));
    check_unchanged(finish(net), fuse_activations);
}

TEST_CASE("fuse_activations: of two activations, one behind the other, the second stays") {
    Builder net("leaky_relu, relu");
    const ValueId first = net.activate("first", net.conv1x1("op", net.input(3), 4), leaky_relu);
    net.output("out", net.activate("second", first, relu));
    const Graph graph = finish(net), fused = fuse_activations(graph);
    CHECK(describe(fused) ==
          "first = conv+leaky_relu(input) was op\n"
          "second out = activation+relu(first)\n"
          "-> out: second\n");
    check_same_outputs(graph, fused);
    check_unchanged(fused, fuse_activations);
}

TEST_CASE("fuse_activations: a convolution's scale and bias come before the activation") {
    Builder net("conv, norm, relu");
    const ValueId norm = net.batch_norm("norm", net.conv1x1("op", net.input(3), 4, Bias::yes));
    net.output("out", net.activate("act", norm, relu));
    const Graph graph = finish(net), fused = fuse_activations(fold_batch_norm(graph));
    CHECK(describe(fused) ==
          "act out = conv+relu(input) was op norm\n"
          "-> out: act\n");
    check_same_outputs(graph, fused);
}

}  // namespace
}  // namespace featherface::engine
