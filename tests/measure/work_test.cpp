#include "tools/measure/work.hpp"

#include <doctest/doctest.h>

#include "engine/loaded_model.hpp"
#include "engine/topologies/topologies.hpp"
#include "support/seeded_model.hpp"

namespace featherface::engine {
namespace {

constexpr int kFloat = 4;

TEST_CASE("work: a convolution is its output's elements times its window; each map and weight moves") {
    Builder net("a convolution");
    const auto conv = net.conv3x3("conv", net.input(6), 8, /*stride=*/2, Bias::no, /*groups=*/2);
    net.output("map", conv);
    const Work work = work_of(net.finish(), 9, 6);
    CHECK(work.multiply_adds == 5 * 3 * 8 * (6 / 2) * 9);
    CHECK(work.flops() == 2 * work.multiply_adds);
    // The picture's bytes become floats, which the convolution reads.
    CHECK(work.map_bytes == 9 * 6 * 6 + (2 * 9 * 6 * 6 + 5 * 3 * 8) * kFloat);
    CHECK(work.weight_bytes == 8 * (6 / 2) * 9 * kFloat);
    CHECK(work.bytes() == work.map_bytes + work.weight_bytes);
}

TEST_CASE("work: a deformable convolution is its products, its samples, and the convolutions it reads") {
    Builder net("a deformable convolution");
    net.output("map", net.deform_conv3x3("conv", net.input(4), 10));
    const int pixels = 7 * 5;
    CHECK(work_of(net.finish(), 7, 5).multiply_adds == pixels * (10 * 4 * 9 + 4 * 4 * 9 + (18 + 9) * 4 * 9));
}

TEST_CASE("work: the networks' totals are those of the architecture") {
    // Counted by hooks on PyTorch's modules; V1's samples are 8400 cells * 9 taps * 176 channels * 4 corners.
    CHECK(work_of(featherface_v1(), 640, 640).multiply_adds == 1'243'802'176 + 53'222'400);
    CHECK(work_of(featherface_v2(), 640, 640).multiply_adds == 410'568'000);
}

TEST_CASE("work: a fused step is the arithmetic of its stages, and moves only what enters and leaves it") {
    const Model model = test::seeded_model("v1");
    const Program& program = *program_of(model);
    const Graph& graph = program.graph;
    const std::vector<Shape> shapes = infer_shapes(graph, 64, 96);
    int fused = 0;
    for (const Step& step : program.schedule.steps) {
        if (!step.is_group()) continue;
        ++fused;
        Work apart;
        for (const ValueId stage : step.stages) apart += work_of(graph, stage, shapes);
        const Work together = work_of(graph, program.schedule, step, shapes);
        CHECK(together.multiply_adds == apart.multiply_adds);
        CHECK(together.weight_bytes == apart.weight_bytes);
        CHECK(together.map_bytes < apart.map_bytes);
        CHECK(together.map_bytes >= shapes[static_cast<std::size_t>(step.outputs[0])].elements() * kFloat);
    }
    CHECK(fused > 0);
}

TEST_CASE("work: a view is none, nor is a concat whose inputs are written in place") {
    const Model model = test::seeded_model("v2");
    const Program& program = *program_of(model);
    const std::vector<Shape> shapes = infer_shapes(program.graph, 64, 64);
    int views = 0, concats = 0;
    for (const Step& step : program.schedule.steps) {
        const Operation& operation = program.graph.node(step.outputs[0]).operation;
        const bool is_view = std::holds_alternative<ToAnchors>(operation);
        const bool is_concat = std::holds_alternative<Concat>(operation);
        views += is_view;
        concats += is_concat;
        if (is_view || is_concat) CHECK(work_of(program.graph, program.schedule, step, shapes).bytes() == 0);
    }
    CHECK(views == 9);
    CHECK(concats == 6);
}

}  // namespace
}  // namespace featherface::engine
