// Layers, parts and kernels of the real networks, with seeded weights.
#include <doctest/doctest.h>

#include <map>
#include <numeric>
#include <set>

#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "kernels/kernel_list.hpp"
#include "kernels/select.hpp"
#include "support/seeded_model.hpp"
#include "tools/bench/fusion.hpp"
#include "tools/bench/kernels.hpp"
#include "tools/bench/layers.hpp"

namespace featherface::test {
namespace {

using namespace tools;

constexpr int kWidth = 70, kHeight = 41;

struct Observed {
    CaseResult result;
    std::vector<double> sums;
};

// Two observed runs of a network.
Observed observe(std::string_view network, bool layerwise, int threads = 1) {
    engine::Session session(engine::program_of(seeded_model(network, {.layerwise = layerwise})), threads);
    const Image picture = noise(kWidth, kHeight);
    StepTimer timer(session.program(), threads);
    session.run(picture.view(), &timer);
    timer.forget();
    for (int run = 0; run < 2; ++run) session.run(picture.view(), &timer);
    Observed observed;
    observed.result.layerwise = layerwise;
    observed.result.layers = layers_of(session, timer);
    observed.result.groups = groups_of(observed.result.layers, 1000, 2000);
    observed.sums = layer_sums(timer);
    return observed;
}

TEST_CASE("bench layers: every executed step with its times, in order") {
    for (const bool layerwise : {false, true}) {
        const Observed observed = observe("v1", layerwise, 2);
        CHECK(observed.result.layers.size() > 50);
        CHECK(observed.sums.size() == 2);
        double sum = 0;
        for (const LayerResult& layer : observed.result.layers) {
            CHECK(layer.index == static_cast<int>(&layer - observed.result.layers.data()));
            CHECK(layer.time.count == 2);
            CHECK(!layer.kind.empty());
            CHECK(!layer.kernel.empty());
            CHECK(!layer.output_shape.empty());
            CHECK((layerwise ? layer.stages.empty() && layer.contains.empty() : true));
            sum += layer.time.median;  // of two runs: their mean
        }
        CHECK((observed.sums[0] + observed.sums[1]) / 2 == doctest::Approx(sum));
        CHECK(sum > 0);
    }
}

TEST_CASE("bench layers: the stages of a fused step share out its time and its arithmetic") {
    int fused = 0;
    for (const LayerResult& layer : observe("v1", false).result.layers) {
        if (layer.stages.empty()) continue;
        ++fused;
        double time = 0;
        std::int64_t multiply_adds = 0;
        for (const StageResult& stage : layer.stages) {
            CHECK(stage.time >= 0);
            time += stage.time;
            multiply_adds += stage.work.multiply_adds;
        }
        CHECK(time == doctest::Approx(layer.time.median));
        CHECK(multiply_adds == layer.work.multiply_adds);
    }
    CHECK(fused > 10);
}

TEST_CASE("bench layers: every part of a detector has its time and the arithmetic the architecture says") {
    for (const auto& [network, architecture] :
         {std::pair{"v1", Architecture::featherface_v1}, std::pair{"v2", Architecture::featherface_v2}}) {
        for (const bool layerwise : {false, true}) {
            const CaseResult result = observe(network, layerwise).result;
            std::set<std::string_view> parts;
            double time = 0;
            std::int64_t multiply_adds = 0;
            for (const GroupResult& group : result.groups) {
                parts.insert(name_of(group.group));
                time += group.time;
                multiply_adds += group.work.multiply_adds;
            }
            CHECK(parts == std::set<std::string_view>{"pre", "backbone", "attention", "BiFPN", "SSH", "mix",
                                                      "heads", "post"});
            CHECK(time == doctest::Approx(result.sum_of_medians() + 3000));
            const auto expected =
                engine::work_of(engine::make_graph(architecture), kHeight, kWidth).multiply_adds;
            // V2's channel shuffles are folded into convolutions that are dense for it.
            if (layerwise || architecture == Architecture::featherface_v1) CHECK(multiply_adds == expected);
            CHECK(multiply_adds >= expected);
        }
    }
}

TEST_CASE("bench layers: a classifier's parts are its backbone and its head") {
    const CaseResult result = observe("classifier", false).result;
    for (const LayerResult& layer : result.layers) {
        CHECK((layer.group == Group::backbone || layer.group == Group::heads));
    }
}

TEST_CASE("bench fusion: every layer of the unfused network is counted to one step") {
    for (const char* network : {"v1", "v2", "classifier"}) {
        CAPTURE(network);
        std::vector<CaseResult> cases = {observe(network, false).result, observe(network, true).result};
        REQUIRE(find_layerwise(cases[0], cases) == &cases[1]);
        CHECK(find_layerwise(cases[1], cases) == nullptr);
        std::size_t layers = 0;
        double separate = 0;
        for (const FusionRow& row : compare_fusion(cases[0], cases[1])) {
            layers += static_cast<std::size_t>(row.layers);
            separate += row.separate;
        }
        CHECK(layers == cases[1].layers.size());
        CHECK(separate == doctest::Approx(cases[1].sum_of_medians()));
        cases[1].threads = 2;
        CHECK(find_layerwise(cases[0], cases) == nullptr);
    }
}

TEST_CASE("bench kernels: the reason for a convolution's kernel is its geometry, and what was passed over") {
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        const auto choice = [&](const kernels::ConvGeometry& geometry) {
            return reason_for(geometry, *table);
        };
        CHECK(choice({64, 64, 3, 2, 1, 64}) == "depthwise 3x3, 64 to 64 channels, stride 2: first choice");
        CHECK(choice({64, 32}).starts_with("1x1, 64 to 32 channels: not for conv_depthwise_" +
                                           std::string(table->arch)));
        CHECK(choice({32, 16, 1, 1, 0, 4}).starts_with("4 groups, 1x1, 32 to 16 channels: not for"));
    }
}

TEST_CASE("bench kernels: every name is one of a kernel of the table, or of none") {
    std::set<std::string> names = {std::string(kNoKernel)};
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        kernels::for_each_kernel([&](auto kernel) { names.insert(kernels::full_name(table->*kernel)); });
    }
    const std::string and_then(engine::kAndThen);
    for (const char* network : {"v1", "v2"}) {
        const Model model = seeded_model(network, {.layerwise = true});
        const engine::Program& program = *engine::program_of(model);
        for (std::size_t i = 0; i < program.graph.nodes.size(); ++i) {
            if (!program.schedule.computed[i]) continue;
            std::string found = kernel_of(program, static_cast<engine::ValueId>(i)).name;
            CAPTURE(engine::kind_of(program.graph.nodes[i].operation));
            for (std::size_t at = 0; (at = found.find(and_then)) != std::string::npos;) {
                CHECK(names.count(found.substr(0, at)) == 1);
                found.erase(0, at + and_then.size());
            }
            CAPTURE(found);
            CHECK(names.count(found) == 1);
        }
    }
}

TEST_CASE("bench kernels: a convolution's kernel is the one that is selected for it") {
    for (const char* network : {"v1", "v2"}) {
        const Model model = seeded_model(network, {.layerwise = true});
        const engine::Program& program = *engine::program_of(model);
        int convolutions = 0;
        for (std::size_t i = 0; i < program.graph.nodes.size(); ++i) {
            const auto* conv = std::get_if<engine::Conv>(&program.graph.nodes[i].operation);
            if (!conv) continue;
            ++convolutions;
            CHECK(kernel_of(program, static_cast<engine::ValueId>(i)).name ==
                  kernels::select_conv(*program.table, conv->geometry).name);
        }
        CHECK(convolutions > 50);
    }
}

TEST_CASE("bench groups: modules are told to their parts by their paths") {
    CHECK(group_of("body.stage1.0") == Group::backbone);
    CHECK(group_of("bacbkbone_0_cbam.SpatialGate") == Group::attention);
    CHECK(group_of("backbone_cbam_manager.spatial_gate") == Group::attention);
    CHECK(group_of("bif_relu_2") == Group::attention);
    CHECK(group_of("bifpn.0.conv4_up") == Group::bifpn);
    CHECK(group_of("fpn.merge1.0") == Group::fpn);
    CHECK(group_of("backbone_attention_0.eca") == Group::attention);
    CHECK(group_of("bifpn_attention_2.sam.conv") == Group::attention);
    CHECK(group_of("ca_p3.pool_h") == Group::attention);
    CHECK(group_of("cs2") == Group::mix);
    CHECK(group_of("ssh1.conv3X3") == Group::ssh);
    CHECK(group_of("ssh1_cs.1") == Group::mix);
    CHECK(group_of("LandmarkHead.0.conv1x1") == Group::heads);
    CHECK(group_of("something") == Group::other);
}

}  // namespace
}  // namespace featherface::test
