// The schedules of the optimised networks.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "engine/passes/passes.hpp"
#include "engine/schedule/schedule.hpp"
#include "support/capture.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

template <class Op>
bool is(const Graph& graph, ValueId value) {
    return std::holds_alternative<Op>(graph.node(value).operation);
}

bool reads_pixels(const Graph& graph, ValueId value) {
    const auto* conv = std::get_if<Conv>(&graph.node(value).operation);
    return conv != nullptr && conv->reads_pixels;
}

TEST_CASE("networks' schedules: concats are written in place") {
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const Graph graph = optimize(test::seeded_graph(network));
        const Schedule schedule = schedule_in_groups(graph);
        int concats = 0;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            if (!is<Concat>(graph, static_cast<ValueId>(i))) continue;
            ++concats;
            CHECK(!schedule.computed[i]);
        }
        CHECK(concats == 6);
    }
}

TEST_CASE(
    "networks' schedules: the softmax, the pixels, slices and the statistics of pooled maps are stages") {
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const Graph graph = optimize(test::seeded_graph(network));
        // Whether there are some, and all are computed with others.
        const auto are_stages = [&](const auto& is_one) {
            int stages = 0, single = 0;
            for (const Step& step : schedule_in_groups(graph).steps) {
                const auto count = std::count_if(step.stages.begin(), step.stages.end(), is_one);
                (step.is_group() ? stages : single) += static_cast<int>(count);
            }
            return stages > 0 && single == 0;
        };
        CHECK(are_stages([&](ValueId value) { return is<SoftmaxPairs>(graph, value); }));
        CHECK(are_stages([&](ValueId value) { return reads_pixels(graph, value); }));
        CHECK(are_stages([&](ValueId value) { return is<Slice>(graph, value); }));
        const bool pools = test::count<RowStats>(graph) > 0;
        CHECK(are_stages([&](ValueId value) { return is<RowStats>(graph, value); }) == pools);
    }
}

TEST_CASE("networks' schedules: each node is in one step, and steps read what earlier ones left in memory") {
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        const Graph graph = optimize(test::seeded_graph(network));
        const Schedule schedule = schedule_in_groups(graph);
        std::set<ValueId> seen, in_memory;
        for (const Step& step : schedule.steps) {
            for (const ValueId input : step.inputs) CHECK(in_memory.count(input) == 1);
            for (const ValueId stage : step.stages) CHECK(seen.insert(stage).second);
            in_memory.insert(step.outputs.begin(), step.outputs.end());
        }
        CHECK(seen.size() == graph.nodes.size());
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            CHECK(schedule.is_private(static_cast<ValueId>(i)) == !in_memory.count(static_cast<ValueId>(i)));
    }
}

TEST_CASE("networks' schedules: the optimised detectors run in few steps") {
    struct Bounds {
        std::string_view network;
        int least, most;
    };
    // RetinaFace has no attention, before and behind which maps have to be whole.
    for (const Bounds& bounds : {Bounds{"v1", 20, 110},
                                 {"v2", 20, 100},
                                 {"retinaface", 10, 60},
                                 {"ff489k", 20, 90},
                                 {"ffeca", 20, 110},
                                 {"ffca", 20, 100}}) {
        CAPTURE(bounds.network);
        const Schedule schedule = schedule_in_groups(optimize(test::seeded_graph(bounds.network)));
        const auto running = std::count_if(schedule.steps.begin(), schedule.steps.end(),
                                           [&](const Step& step) { return schedule.runs(step); });
        CHECK(running <= bounds.most);
        CHECK(running >= bounds.least);
    }
}

}  // namespace
}  // namespace featherface::engine
