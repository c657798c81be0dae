// Whole networks on weights by formula, against the oracle: layer by layer and optimised, on every
// architecture.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "kernels/select.hpp"
#include "support/capture.hpp"
#include "support/differences.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::engine {
namespace {

using test::largest_error;
using test::NamedValues;

struct Reference {
    std::map<std::string, test::oracle::Tensor> outputs;
};

Reference oracle_run(std::string_view network, const test::oracle::Tensor& input) {
    Reference reference;
    const auto observe = [&](const std::string& name, const test::oracle::Tensor& value) {
        reference.outputs[name] = value;
    };
    const auto weights = test::seeded_oracle_weights(network);
    if (network == "classifier") {
        reference.outputs["logits"] = run_classifier(weights, input, observe);
    } else {
        auto predictions = run_detector(network, weights, input, observe);
        reference.outputs["loc"] = std::move(predictions.loc);
        reference.outputs["conf"] = std::move(predictions.conf);
        reference.outputs["landms"] = std::move(predictions.landms);
    }
    return reference;
}

std::vector<std::string> output_names(std::string_view network) {
    if (network == "classifier") return {"logits"};
    return {"loc", "conf", "landms"};
}

using test::kDetectors, test::kNetworks;

TEST_CASE("networks: layer by layer, every module's output is the oracle's") {
    for (const std::string_view network : kNetworks) {
        for (const auto& [height, width] : {std::pair{33, 47}, {1, 1}}) {
            const auto input = test::seeded_input(network, height, width);
            const Reference reference = oracle_run(network, input);
            for (const KernelTable* table : kernels::available_tables()) {
                CAPTURE(network);
                FEATHERFACE_CAPTURE(height);
                CAPTURE(table->arch);
                const NamedValues named =
                    test::run_program(compile(test::seeded_graph(network), *table), input);
                for (const auto& [name, expected] : reference.outputs) {
                    FEATHERFACE_CAPTURE(name);
                    REQUIRE(named.values.count(name) == 1);
                    CHECK(largest_error(named.values.at(name), expected.values) <= 1e-4);
                }
            }
        }
    }
}

TEST_CASE("networks: optimised, the outputs are the oracle's at any size") {
    for (const std::string_view network : kNetworks) {
        for (const auto& [height, width] : {std::pair{33, 47}, {1, 1}, {1, 50}, {7, 9}, {64, 31}, {90, 65}}) {
            const auto input = test::seeded_input(network, height, width);
            const Reference reference = oracle_run(network, input);
            for (const KernelTable* table : kernels::available_tables()) {
                CAPTURE(network);
                FEATHERFACE_CAPTURE(height);
                FEATHERFACE_CAPTURE(width);
                CAPTURE(table->arch);
                const NamedValues named =
                    test::run_program(test::optimised_program(test::seeded_graph(network), *table), input);
                for (const std::string& name : output_names(network)) {
                    CAPTURE(name);
                    CHECK(largest_error(named.values.at(name), reference.outputs.at(name).values) <= 1e-4);
                }
            }
        }
    }
}

TEST_CASE("networks: the bare backbone gives the classifier's stages, in both modes") {
    const auto input = test::seeded_input("classifier", 45, 70);
    const Reference reference = oracle_run("classifier", input);
    for (const KernelTable* table : kernels::available_tables()) {
        const engine::Graph graph = test::seeded_graph("backbone");
        const NamedValues layerwise = test::run_program(compile(graph, *table), input);
        const NamedValues fused = test::run_program(test::optimised_program(graph, *table), input);
        for (const auto& [output, stage] : {std::pair{"p3", "stage1"}, {"p4", "stage2"}, {"p5", "stage3"}}) {
            CAPTURE(table->arch);
            FEATHERFACE_CAPTURE(stage);
            const auto& expected = reference.outputs.at(stage).values;
            CHECK(largest_error(layerwise.values.at(stage), expected) <= 1e-4);
            CHECK(largest_error(layerwise.values.at(output), expected) <= 1e-4);
            CHECK(largest_error(fused.values.at(output), expected) <= 1e-4);
        }
    }
}

TEST_CASE("networks: a checkpoint's bytes and a 64x64 picture give the oracle's outputs") {
    for (const std::string_view network : kDetectors) {
        const Reference reference = oracle_run(network, test::seeded_input(network, 64, 64));
        const Image picture = test::noise(64, 64);
        for (const KernelTable* table : kernels::available_tables()) {
            CAPTURE(network);
            CAPTURE(table->arch);
            auto detector = Detector::create(test::seeded_model(network, {.cpu_architecture = table->arch}));
            REQUIRE(detector.ok());
            const auto raw = detector->forward(picture.view());
            REQUIRE(raw.ok());
            CHECK(largest_error(raw->loc, reference.outputs.at("loc").values) <= 1e-4);
            CHECK(largest_error(raw->conf, reference.outputs.at("conf").values) <= 1e-4);
            CHECK(largest_error(raw->landms, reference.outputs.at("landms").values) <= 1e-4);
        }
    }
}

void check_same_bits(const Program& program, const test::oracle::Tensor& input, int most_threads) {
    const NamedValues once = test::run_program(program, input, 1);
    for (int threads = 2; threads <= most_threads; ++threads) {
        CAPTURE(threads);
        CHECK(test::run_program(program, input, threads).values == once.values);
    }
}

void check_same_bits(std::string_view network, int height, int width, int most_threads) {
    const auto input = test::seeded_input(network, height, width);
    for (const KernelTable* table : kernels::available_tables()) {
        CAPTURE(network);
        CAPTURE(height);
        CAPTURE(table->arch);
        check_same_bits(test::optimised_program(test::seeded_graph(network), *table), input, most_threads);
        check_same_bits(compile(test::seeded_graph(network), *table), input, most_threads);
    }
}

TEST_CASE("networks: any number of threads gives the same bits, on every architecture") {
    for (const std::string_view network : {"v1", "v2"}) {
        for (const auto& [height, width] : {std::pair{33, 47}, {97, 65}, {203, 9}})
            check_same_bits(network, height, width, 8);
    }
    // The others share V1's parts.
    for (const std::string_view network : kDetectors) {
        if (network != "v1" && network != "v2") check_same_bits(network, 97, 65, 4);
    }
}

}  // namespace
}  // namespace featherface::engine
