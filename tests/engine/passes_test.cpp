// Each pass alone: the graph it returns has the outputs of the graph it was given.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"
#include "support/capture.hpp"
#include "support/differences.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::count, test::largest_error;

using Pass = Graph (*)(Graph);

test::NamedValues run(const Graph& graph, std::string_view network) {
    return test::run_program(compile(graph, *kernels::available_tables().front()),
                             test::seeded_input(network, 41, 70), 2);
}

void check_same_outputs(const Graph& before, const Graph& after, std::string_view network) {
    const auto expected = run(before, network), found = run(after, network);
    for (const Output& output : before.outputs) {
        CAPTURE(output.name);
        CHECK(largest_error(found.values.at(output.name), expected.values.at(output.name)) <= 2e-5);
    }
}

// Names of all values, whether they still exist or were fused away.
std::set<std::string> all_names(const Graph& graph) {
    std::set<std::string> names;
    for (const Node& node : graph.nodes) {
        names.insert(node.names.begin(), node.names.end());
        names.insert(node.fused.begin(), node.fused.end());
    }
    return names;
}

// What a graph is but for its parameters' values.
void check_same_structure(const Graph& a, const Graph& b) {
    REQUIRE(a.nodes.size() == b.nodes.size());
    for (std::size_t i = 0; i < a.nodes.size(); ++i) {
        CAPTURE(i);
        CHECK(kind_of(a.nodes[i].operation) == kind_of(b.nodes[i].operation));
        CHECK(a.nodes[i].inputs == b.nodes[i].inputs);
        CHECK(a.nodes[i].names == b.nodes[i].names);
        CHECK(a.nodes[i].fused == b.nodes[i].fused);
        const auto *conv = std::get_if<Conv>(&a.nodes[i].operation),
                   *other = std::get_if<Conv>(&b.nodes[i].operation);
        if (conv && other) CHECK(conv->geometry == other->geometry);
    }
    REQUIRE(a.parameters.size() == b.parameters.size());
    for (std::size_t i = 0; i < a.parameters.size(); ++i) {
        CHECK(a.parameters[i].name == b.parameters[i].name);
        CHECK(a.parameters[i].shape == b.parameters[i].shape);
    }
}

TEST_CASE("passes: an unbound graph becomes the same nodes, with the same parameters' shapes and no values") {
    for (const Network& network : networks()) {
        CAPTURE(network.short_id);
        const Graph unbound = optimize(network.make_graph());
        check_same_structure(unbound, optimize(test::seeded_graph(network.short_id)));
        for (const Parameter& parameter : unbound.parameters) CHECK(parameter.values.empty());
    }
}

TEST_CASE("passes: each keeps the outputs, applied one after another") {
    const std::pair<const char*, Pass> passes[] = {{"fold_batch_norm", fold_batch_norm},
                                                   {"sink_activations", sink_activations},
                                                   {"fuse_activations", fuse_activations},
                                                   {"fold_shuffles", fold_shuffles},
                                                   {"fuse_gates", fuse_gates},
                                                   {"sink_softmax", sink_softmax},
                                                   {"merge_siblings", merge_siblings}};
    for (const std::string_view network : test::kNetworks) {
        Graph graph = test::seeded_graph(network);
        for (const auto& [name, pass] : passes) {
            CAPTURE(network);
            FEATHERFACE_CAPTURE(name);
            Graph next = pass(graph);
            check_same_outputs(graph, next, network);
            graph = std::move(next);
        }
    }
}

TEST_CASE("passes: each keeps the outputs of the graph as it was built") {
    const std::pair<const char*, Pass> passes[] = {{"sink_activations", sink_activations},
                                                   {"fuse_activations", fuse_activations},
                                                   {"sink_softmax", sink_softmax},
                                                   {"fold_shuffles", fold_shuffles},
                                                   {"fuse_gates", fuse_gates},
                                                   {"merge_siblings", merge_siblings},
                                                   {"eliminate_dead", eliminate_dead}};
    for (const std::string_view network : test::kNetworks) {
        const Graph graph = test::seeded_graph(network);
        for (const auto& [name, pass] : passes) {
            CAPTURE(network);
            FEATHERFACE_CAPTURE(name);
            check_same_outputs(graph, pass(graph), network);
        }
    }
}

TEST_CASE("passes: folding leaves no BatchNorm, fusing no activation that a kernel could do") {
    for (const std::string_view network : test::kNetworks) {
        const Graph folded = fold_batch_norm(test::seeded_graph(network));
        CHECK(count<BatchNorm>(folded) == 0);
        const Graph fused = fuse_activations(sink_activations(folded));
        for (const Node& node : fused.nodes) {
            // What remains are the sigmoids of the attention gates.
            if (const auto* activate = std::get_if<Activate>(&node.operation)) {
                CHECK(activate->activation == Activation::sigmoid);
            }
        }
    }
}

TEST_CASE("passes: shuffles are folded, offset and mask convolutions merged, and heads") {
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const Graph graph = fuse_activations(sink_activations(fold_batch_norm(test::seeded_graph(network))));
        CHECK(count<Shuffle>(graph) == (network == "retinaface" ? 0 : 3));
        const Graph folded = fold_shuffles(graph);
        CHECK(count<Shuffle>(folded) == 0);
        const Graph merged = merge_siblings(folded);
        // Deformable SSH has ten convolutions of offsets and masks per level; those of branches that read
        // the same map become one: 2 branches, 2 and 1. All have three heads per level.
        const bool deforms = network != "v2" && network != "retinaface";
        CHECK(count<Conv>(folded) - count<Conv>(merged) == 3 * ((deforms ? 10 - 3 : 0) + 3 - 1));
    }
}

TEST_CASE("passes: no module's name is lost on the way, and outputs keep theirs") {
    for (const std::string_view network : test::kNetworks) {
        const Graph graph = test::seeded_graph(network);
        const std::set<std::string> after = all_names(optimize(graph));
        for (const Node& node : graph.nodes) {
            for (const std::string& name : node.names) {
                CAPTURE(name);
                CHECK(after.count(name) == 1);
            }
        }
        const Graph optimised = optimize(graph);
        for (const Output& output : optimised.outputs) {
            const auto& names = optimised.nodes[static_cast<std::size_t>(output.value)].names;
            CHECK(std::count(names.begin(), names.end(), output.name) == 1);
        }
    }
}

TEST_CASE("passes: values to be kept are still there, with the values they had") {
    for (const std::string_view network : test::kNetworks) {
        const Graph graph = test::seeded_graph(network);
        const auto expected = run(graph, network);
        std::vector<std::string> every;
        for (const auto& [name, values] : expected.values) every.push_back(name);
        const std::vector<std::string> few = {"body.stage1.2.3",
                                              "stage2",
                                              "relu_1",
                                              "bifpn.0@.1",
                                              "ssh2.conv5X5_1.0.offset_conv",
                                              "ssh3",
                                              "ssh1_cs.conv.2",
                                              "fpn.merge1.0",
                                              "ca_p3.pool_h",
                                              "backbone_attention_1.eca.conv",
                                              "of no network"};
        for (const auto& keep : {few, every}) {
            const Graph optimised = optimize(graph, keep);
            CHECK(optimised.outputs.size() == graph.outputs.size());
            check_same_outputs(graph, optimised, network);
            const auto found =
                test::run_program(test::optimised_program(graph, *kernels::available_tables().front(), keep),
                                  test::seeded_input(network, 41, 70), 2);
            for (const std::string& name : keep) {
                if (expected.values.count(name) == 0) continue;
                CAPTURE(network);
                CAPTURE(name);
                REQUIRE(found.values.count(name) == 1);
                CHECK(largest_error(found.values.at(name), expected.values.at(name)) <= 2e-5);
            }
        }
    }
}

}  // namespace
}  // namespace featherface::engine
