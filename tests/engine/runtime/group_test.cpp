// Groups, computed a strip of rows at a time, against the same graph computed node by node: bit for bit, at
// every small height, for strips of every height and any number of threads.
#include "engine/runtime/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/passes/passes.hpp"
#include "engine/runtime/band_rows.hpp"
#include "kernels/select.hpp"
#include "support/capture.hpp"
#include "support/run_values.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::append;

constexpr int kWidth = 11, kTallest = 9;

std::vector<float> picture(int height) {
    return test::seeded_values("picture", std::vector<std::int64_t>{1, 3, height, kWidth});
}

// A plan whose groups have strips as tall as lets their bands fit `band_floats`, and whose steps run on all
// threads.
Plan plan_with_bands(const Program& program, int height, int threads, std::size_t band_floats) {
    Plan plan = make_plan(program, height, kWidth, threads);
    for (std::size_t s = 0; s < plan.groups.size(); ++s) {
        const Step& step = program.schedule.steps[s];
        if (step.is_group()) {
            const int rows = plan.shapes[index(step.outputs[0])].height;
            plan.groups[s] = lay_out_group(program, step, plan.shapes,
                                           {threads, (rows + threads - 1) / threads}, band_floats);
        }
        plan.splits[s] = {threads, 1};
    }
    return plan;
}

// What all outputs are, node by node and in groups. The graph is to make at least one group.
void check_groups(const Graph& unbound) {
    const Graph graph = test::bound(unbound);
    const Schedule schedule = schedule_in_groups(graph);
    REQUIRE(std::any_of(schedule.steps.begin(), schedule.steps.end(),
                        [](const Step& step) { return step.is_group(); }));
    for (const KernelTable* table : kernels::available_tables()) {
        const Program one_by_one = compile(graph, *table), grouped = compile(graph, schedule, *table);
        for (int height = 1; height <= kTallest; ++height) {
            const test::NamedValues expected =
                test::run_plan(one_by_one, make_plan(one_by_one, height, kWidth, 1), 1, picture(height));
            for (const int threads : {1, 2, 3}) {
                // Strips are of one row, of a few, and of all.
                for (const std::size_t band_floats : {std::size_t{0}, std::size_t{900}, kBandFloats}) {
                    CAPTURE(table->arch);
                    FEATHERFACE_CAPTURE(height);
                    CAPTURE(threads);
                    FEATHERFACE_CAPTURE(band_floats);
                    const Plan plan = plan_with_bands(grouped, height, threads, band_floats);
                    const test::NamedValues found = test::run_plan(grouped, plan, threads, picture(height));
                    for (const Output& output : graph.outputs)
                        CHECK(found.values.at(output.name) == expected.values.at(output.name));
                }
            }
        }
    }
}

TEST_CASE("groups: a chain of windows and strides") {
    Builder net("chain");
    ValueId x = net.conv3x3("a", net.input(3), 4, /*stride=*/2);
    x = net.activate("b", net.depthwise3x3("d", x), Activation::leaky_relu);
    net.output("out", net.conv3x3("c", x, 5));
    check_groups(net.finish());
}

TEST_CASE("groups: a kernel that works in blocks of rows") {
    Builder net("blocks");
    const ValueId x = net.conv3x3("a", net.conv3x3("w", net.input(3), 16), 16);
    net.output("out", net.conv3x3("b", x, 16));
    check_groups(net.finish());
}

TEST_CASE("groups: several outputs and statistics") {
    Builder net("heads");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId a = net.conv3x3("a", x, 3), b = net.conv1x1("b", x, 2);
    net.output("a out", a);
    net.output("b out", b);
    net.output("average", net.global_pool("average pool", a, GlobalPool::Kind::average));
    net.output("maximum", net.global_pool("maximum pool", a, GlobalPool::Kind::maximum));
    check_groups(net.finish());
}

TEST_CASE("groups: statistics of a value that others read too") {
    Builder net("attention");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId gate =
        net.linear("gate", net.global_pool("pool", x, GlobalPool::Kind::maximum), 4, Bias::yes);
    const ValueId scaled =
        net.scale_channels("scaled", x, net.activate("sigmoid", gate, Activation::sigmoid));
    const ValueId spatial = net.conv("spatial", net.channel_stats("stats", scaled, true),
                                     {.out_channels = 1, .kernel = 7, .stride = 1, .pad = 3});
    net.output("out", net.add(net.scale_pixels("gated", scaled, spatial), x));
    const Graph graph = net.finish();
    check_groups(graph);
    check_groups(fuse_gates(graph));
}

TEST_CASE("groups: gates per row and per column, from means along both") {
    Builder net("coordinate attention");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const auto gate = [&](ValueId means) {
        return net.activate("", net.conv1x1("conv", means, 4), Activation::sigmoid);
    };
    const ValueId row_gate = gate(net.row_means("rows", x)),
                  column_gate = gate(net.column_means("columns", x));
    const ValueId y = net.scale_strips("y", x, row_gate, ScaleStrips::Gate::per_row);
    net.output("out",
               net.conv3x3("o", net.scale_strips("z", y, column_gate, ScaleStrips::Gate::per_column), 4));
    check_groups(net.finish());
}

TEST_CASE("groups: a channel gate by a convolution along the channels") {
    Builder net("eca");
    const ValueId x = net.conv3x3("x", net.input(3), 7);
    const ValueId logits = net.channel_conv("conv", net.global_pool("pool", x, GlobalPool::Kind::average), 5);
    const ValueId gate = net.activate("sigmoid", net.to_pixel(logits), Activation::sigmoid);
    net.output("out", net.conv1x1("o", net.scale_channels("scaled", x, gate), 4));
    check_groups(net.finish());
}

TEST_CASE("groups: resizing, pooling with either padding, and weighted sums") {
    for (const MaxPool::Padding padding : {MaxPool::Padding::one, MaxPool::Padding::same_with_zeros}) {
        Builder net("pyramid");
        const ValueId fine = net.conv3x3("fine", net.input(3), 4);
        const ValueId coarse = net.max_pool("pool", net.activate("a", fine, Activation::relu), padding);
        const ValueId up = net.resize_like(net.conv1x1("c", coarse, 4), fine);
        const ValueId sum = net.weighted_sum("w", "w_relu", 2, {fine, up});
        net.output("out", net.conv3x3("o", net.activate("swish", sum, Activation::swish), 4));
        check_groups(net.finish());
    }
}

TEST_CASE("groups: a deformable convolution with the offsets of its rows") {
    Builder net("deformable");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    net.output("out", net.activate("r", net.deform_conv3x3("d", x, 6), Activation::relu));
    check_groups(net.finish());
}

// Heads that are slices of one map, with anchors and a softmax.
Graph sliced_heads() {
    Builder net("heads");
    ValueId whole = net.conv3x3("heads", net.conv1x1("x", net.input(3), 4), 12);
    Graph graph = net.finish();
    const ValueId boxes = append(graph, Slice{0, 8}, {whole});
    const ValueId classes = append(graph, Slice{8, 4}, {whole});
    const ValueId softmax = append(graph, SoftmaxPairs{}, {classes}, "softmax");
    const ValueId loc = append(graph, ToAnchors{4}, {boxes}, "loc");
    const ValueId conf = append(graph, ToAnchors{2}, {softmax}, "conf");
    graph.outputs = {{"loc", loc}, {"conf", conf}};
    return graph;
}

TEST_CASE("groups: slices of a map, one copied to where its anchors are, one read as a view") {
    const Graph graph = sliced_heads();
    const Schedule schedule = schedule_in_groups(graph);
    REQUIRE(schedule.steps.size() == 4);  // picture, group, two views
    CHECK(schedule.steps[1].outputs.size() == 2);
    check_groups(graph);
}

TEST_CASE("groups: a slice of a map that comes from another step") {
    Builder net("slices");
    const ValueId whole = net.conv3x3("whole", net.input(3), 6);
    net.output("kept", whole);
    Graph graph = net.finish();
    const ValueId slice = append(graph, Slice{2, 3}, {whole});
    const ValueId activated = append(graph, Activate{Activation::relu}, {slice}, "activated");
    graph.outputs.push_back({"activated", activated});
    const Schedule schedule = schedule_in_groups(graph);
    REQUIRE(schedule.is_private(slice));
    REQUIRE(!schedule.is_private(whole));
    check_groups(graph);
}

TEST_CASE("groups: outputs that are parts of a concat") {
    Builder net("concat");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId both = net.concat({net.conv3x3("a", x, 3), net.conv1x1("b", x, 5)});
    net.output("both", both);
    net.output("after", net.conv3x3("c", both, 4));
    check_groups(net.finish());
}

TEST_CASE("bands: strips cover each stage's rows once and in order, and bands hold what is read") {
    Builder net("chain");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId b = net.conv3x3("b", a, 4);
    net.output("out", net.conv3x3("c", b, 4, /*stride=*/2));
    const Graph graph = test::bound(net.finish());
    const Program program = compile(graph, schedule_in_groups(graph), *kernels::available_tables().back());
    const Step& step = program.schedule.steps[1];
    REQUIRE(step.is_group());
    const std::vector<Shape> shapes = infer_shapes(program.graph, kTallest, kWidth);
    const Group group = lay_out_group(program, step, shapes, {1, kTallest}, 0);
    CHECK(group.strip_rows == 1);
    StageRows held = {}, fresh;
    std::vector<int> done(group.stages.size(), 0);
    for (int y = 0; y < group.stages.back().shape.height; ++y) {
        advance(group, {y, y + 1}, held, fresh);
        for (std::size_t s = 0; s < group.stages.size(); ++s) {
            CAPTURE(y);
            CAPTURE(s);
            if (is_empty(fresh[s])) continue;
            CHECK(fresh[s].begin == done[s]);
            done[s] = fresh[s].end;
            if (group.stages[s].output == kNone) {
                CHECK(held[s].end == done[s]);
                CHECK(held[s].end - held[s].begin <= group.stages[s].band_rows);
            }
        }
    }
    for (std::size_t s = 0; s < group.stages.size(); ++s) CHECK(done[s] == group.stages[s].shape.height);
}

TEST_CASE("bands: hold what they are made for, whichever strip a thread begins with") {
    const std::vector<Graph> graphs = [] {
        Builder net("windows");
        const ValueId x = net.conv3x3("b", net.conv3x3("a", net.conv1x1("x", net.input(3), 16), 16), 16);
        const ValueId coarse = net.max_pool("pool", x, MaxPool::Padding::same_with_zeros);
        const ValueId up = net.resize_like(net.conv1x1("c", coarse, 16), x);
        net.output("out", net.conv3x3("o", net.weighted_sum("w", "w_relu", 2, {x, up}), 16, /*stride=*/2));
        return std::vector{test::bound(net.finish()), test::bound(sliced_heads())};
    }();
    for (const Graph& graph : graphs) {
        const Program program =
            compile(graph, schedule_in_groups(graph), *kernels::available_tables().front());
        for (const Step& step : program.schedule.steps) {
            if (!step.is_group()) continue;
            for (const int height : {1, 2, 9, 24, 31}) {
                const std::vector<Shape> shapes = infer_shapes(program.graph, height, kWidth);
                const int rows = shapes[static_cast<std::size_t>(step.outputs[0])].height;
                for (int strips = 1; strips <= rows; strips += 3) {
                    const Group group =
                        lay_out_group(program, step, shapes, {1, (rows + strips - 1) / strips});
                    CHECK(group.strip_rows * strips >= rows);
                    for (int first = 0; first < rows; first += group.strip_rows) {
                        StageRows held = {}, fresh;
                        for (int y = first; y < rows; y += group.strip_rows) {
                            advance(group, {y, std::min(y + group.strip_rows, rows)}, held, fresh);
                            for (std::size_t s = 0; s < group.stages.size(); ++s) {
                                if (!group.stages[s].op || group.stages[s].output != kNone) continue;
                                REQUIRE(held[s].end - held[s].begin <= group.stages[s].band_rows);
                            }
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE(
    "bands: a kernel that works in blocks of rows computes no block in pieces, however low the strips") {
    Builder net("blocks");
    const ValueId x = net.conv3x3("b", net.conv3x3("a", net.conv1x1("x", net.input(3), 16), 16), 16);
    net.output("out", x);
    const Graph graph = test::bound(net.finish());
    const Program program = compile(graph, schedule_in_groups(graph), *kernels::available_tables().front());
    const Step& step = program.schedule.steps.back();
    REQUIRE(step.stages.size() == 2);  // of both convolutions
    constexpr int kHeight = 23;
    const std::vector<Shape> shapes = infer_shapes(program.graph, kHeight, kWidth);
    const Group group = lay_out_group(program, step, shapes, {1, kHeight}, 0);
    StageRows held = {}, fresh;
    int pieces = 0;
    for (int y = 0; y < kHeight; y += group.strip_rows) {
        advance(group, {y, std::min(y + group.strip_rows, kHeight)}, held, fresh);
        for (std::size_t s = 0; s < group.stages.size(); ++s) {
            const int block = group.stages[s].op ? group.stages[s].op->rows_per_block() : 1;
            if (block == 1 || is_empty(fresh[s])) continue;
            ++pieces;
            CAPTURE(y);
            CAPTURE(s);
            CHECK(fresh[s].begin % block == 0);
            CHECK((fresh[s].end % block == 0 || fresh[s].end == kHeight));
        }
    }
    CHECK(pieces > 4);  // both convolutions have such a kernel, and there are several strips
}

TEST_CASE("bands: strips are as tall as lets the bands fit, one row at least") {
    const Graph graph = test::bound(sliced_heads());
    const Program program = compile(graph, schedule_in_groups(graph), *kernels::available_tables().front());
    const Step& step = program.schedule.steps[1];
    const std::vector<Shape> shapes = infer_shapes(program.graph, 200, 200);
    int last = 0;
    for (const std::size_t floats : {0, 30'000, 60'000, 120'000, 100'000'000}) {
        CAPTURE(floats);
        const Group group = lay_out_group(program, step, shapes, {1, 200}, floats);
        CHECK((group.scratch_offset <= floats || group.strip_rows == 1));
        CHECK(group.strip_rows >= last);
        last = group.strip_rows;
    }
    CHECK(last == 200);
}

}  // namespace
}  // namespace featherface::engine
