// Where a plan puts values: views of views, and parts of concats; on how many threads steps run.
#include "engine/runtime/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/select.hpp"
#include "support/run_values.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::append;

constexpr int kHeight = 5, kPlannedWidth = 7;

const KernelTable& table() {
    return *kernels::available_tables().front();
}

Program compiled(const Graph& graph) {
    return compile(graph, schedule_in_groups(graph), table());
}

test::NamedValues run(const Program& program) {
    return test::run_plan(
        program, make_plan(program, kHeight, kPlannedWidth, 1), 1,
        test::seeded_values("picture", std::vector<std::int64_t>{1, 3, kHeight, kPlannedWidth}));
}

TEST_CASE("plan: a slice of a slice lies where both say, and is read from there") {
    Builder net("slices");
    const ValueId whole = net.conv3x3("whole", net.input(3), 12);
    net.output("whole", whole);
    Graph graph = net.finish();
    const ValueId outer = append(graph, Slice{2, 8}, {whole}, "outer");
    const ValueId inner = append(graph, Slice{3, 4}, {outer}, "inner");
    graph.outputs.push_back({"outer", outer});
    graph.outputs.push_back({"inner", inner});
    graph = test::bound(std::move(graph));
    for (const Program& program : {compiled(graph), compile(graph, table())}) {
        const Plan plan = make_plan(program, kHeight, kPlannedWidth, 1);
        const std::size_t start = plan.placements[index(whole)].offset;
        CHECK(plan.placements[index(outer)].offset == start + 2);
        CHECK(plan.placements[index(inner)].offset == start + 2 + 3);
        for (const ValueId value : {whole, outer, inner})
            CHECK(plan.placements[index(value)].pixel_stride == 12);

        const test::NamedValues named = run(program);
        const auto pixels = static_cast<std::ptrdiff_t>(kHeight * kPlannedWidth);
        const std::vector<float>& all = named.values.at("whole");
        CHECK(named.values.at("inner") ==
              std::vector<float>(all.begin() + 5 * pixels, all.begin() + 9 * pixels));
    }
}

TEST_CASE("plan: inputs of a concat in place lie side by side within its pixels") {
    Builder net("concat");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId a = net.conv1x1("a", x, 2), b = net.conv1x1("b", x, 3);
    const ValueId both = net.concat({a, b});
    net.output("both", both);
    const Program program = compiled(test::bound(net.finish()));
    const Plan plan = make_plan(program, kHeight, kPlannedWidth, 1);
    const Placement whole = plan.placements[index(both)];
    CHECK(whole.pixel_stride == 5);
    CHECK(plan.placements[index(a)].offset == whole.offset);
    CHECK(plan.placements[index(b)].offset == whole.offset + 2);
    CHECK(plan.placements[index(a)].pixel_stride == 5);
    CHECK(plan.placements[index(b)].pixel_stride == 5);
}

TEST_CASE("plan: anchors in a concat lie one level behind the other, and so do the maps they are of") {
    Builder net("levels");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId fine = net.conv1x1("fine", x, 8), coarse = net.conv3x3("coarse", x, 8, /*stride=*/2);
    const ValueId anchors_fine = net.to_anchors("f", fine, 4),
                  anchors_coarse = net.to_anchors("c", coarse, 4);
    const ValueId all = net.concat({anchors_fine, anchors_coarse});
    net.output("all", all);
    const Program program = compiled(test::bound(net.finish()));
    const Plan plan = make_plan(program, kHeight, kPlannedWidth, 1);
    const std::size_t start = plan.placements[index(all)].offset;
    const std::size_t second = start + std::size_t{kHeight} * kPlannedWidth * 8;
    CHECK(plan.placements[index(fine)].offset == start);
    CHECK(plan.placements[index(anchors_fine)].offset == start);
    CHECK(plan.placements[index(coarse)].offset == second);
    CHECK(plan.placements[index(anchors_coarse)].offset == second);
    CHECK(plan.placements[index(fine)].pixel_stride == 8);
    CHECK(plan.placements[index(anchors_fine)].pixel_stride == 4);
    CHECK(plan.shapes[index(all)].height == 2 * (kHeight * kPlannedWidth + 3 * 4));
}

TEST_CASE("plan: a slice may be copied straight into a concat") {
    Builder net("slices");
    const ValueId whole = net.conv3x3("whole", net.input(3), 6);
    Graph graph = net.finish();
    const ValueId front = append(graph, Slice{0, 2}, {whole});
    const ValueId back = append(graph, Slice{2, 4}, {whole});
    const ValueId swapped = append(graph, Concat{}, {back, front}, "swapped");
    const ValueId shuffled = append(graph, Shuffle{{2, 3, 4, 5, 0, 1}}, {whole}, "shuffled");
    graph.outputs = {{"swapped", swapped}, {"shuffled", shuffled}};
    graph = test::bound(std::move(graph));
    const Program program = compiled(graph);
    CHECK(!program.schedule.computed[index(swapped)]);
    CHECK(program.schedule.computed[index(front)]);
    const test::NamedValues named = run(program);
    CHECK(named.values.at("swapped") == named.values.at("shuffled"));
    CHECK(run(compile(graph, table())).values.at("swapped") == named.values.at("swapped"));
}

TEST_CASE("plan: memory is used again when what it held is read no more") {
    Builder net("chain");
    const ValueId a = net.conv3x3("a", net.input(3), 4), b = net.conv3x3("b", a, 4);
    const ValueId c = net.conv3x3("c", b, 4), d = net.conv3x3("d", c, 4);
    net.output("out", d);
    const Program program = compile(test::bound(net.finish()), table());  // node by node
    const Plan plan = make_plan(program, kHeight, kPlannedWidth, 1);
    CHECK(plan.placements[index(a)].offset == plan.placements[index(c)].offset);
    CHECK(plan.placements[index(b)].offset != plan.placements[index(c)].offset);
}

TEST_CASE("plan: private values take no memory of their own") {
    Builder net("chain");
    ValueId x = net.input(3);
    for (int i = 0; i < 5; ++i) x = net.conv1x1(std::string("c").append(std::to_string(i)), x, 4);
    net.output("out", net.conv3x3("o", x, 4));
    const Graph graph = test::bound(net.finish());
    const Plan plan = make_plan(compiled(graph), 100, 100, 1);
    CHECK(plan.thread_scratch_offset == std::size_t{100} * 100 * 4);
}

TEST_CASE(
    "plan: a step is split by its work, in whole blocks of rows, and what is small runs on one thread") {
    const auto check = [](const Split& split, int threads, int piece) {
        CHECK(split.threads == threads);
        CHECK(split.piece == piece);
    };
    check(split_of(1'999, 100, 1, 4, 1000), 1, 100);
    check(split_of(2'000, 100, 1, 4, 1000), 2, 50);
    check(split_of(3'500, 100, 1, 4, 1000), 3, 34);
    check(split_of(1'000'000, 100, 1, 4, 1000), 4, 5);  // seven would be four pieces per thread, but not even
    check(split_of(1'000'000, 100, 4, 4, 1000), 4, 8);
    check(split_of(1'000'000, 100, 1, 1, 1000), 1, 100);
    check(split_of(1'000'000, 2, 1, 4, 1000), 4, 1);
    check(split_of(0, 0, 1, 4, 1000), 1, 1);
}

TEST_CASE("plan: a picture has as many threads as its work is worth, so a small one a single thread") {
    const auto threads_of = [](const Program& program, int side, int threads) {
        int most = 0;
        for (const Split& split : make_plan(program, side, side, threads).splits)
            most = std::max(most, split.threads);
        return most;
    };
    const Program v1 = test::optimised_program(test::seeded_graph("v1"), table());
    const Program v2 = test::optimised_program(test::seeded_graph("v2"), table());
    for (const int threads : {2, 16}) {
        CHECK(threads_of(v1, 192, threads) == 1);
        CHECK(threads_of(v2, 256, threads) == 1);
        CHECK(threads_of(v1, 256, threads) == std::min(threads, 3));
        CHECK(threads_of(v2, 320, threads) == 2);
        CHECK(threads_of(v2, 640, threads) == std::min(threads, 8));
        CHECK(threads_of(v2, 1280, threads) == threads);
    }
    CHECK(threads_of(v2, 1280, 1) == 1);
}

}  // namespace
}  // namespace featherface::engine
