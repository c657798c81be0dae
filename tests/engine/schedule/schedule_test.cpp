// What is computed together and where values live, on graphs of a few nodes.
#include "engine/schedule/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/small_graph.hpp"

namespace featherface::engine {
namespace {

using test::append;
using Values = std::vector<ValueId>;

// The step that computes a value.
const Step& step_of(const Schedule& schedule, ValueId value) {
    const auto found = std::find_if(schedule.steps.begin(), schedule.steps.end(), [&](const Step& step) {
        return std::count(step.stages.begin(), step.stages.end(), value) > 0;
    });
    REQUIRE(found != schedule.steps.end());
    return *found;
}

bool are_together(const Schedule& schedule, ValueId a, ValueId b) {
    return &step_of(schedule, a) == &step_of(schedule, b);
}

bool lives_in(const Schedule& schedule, ValueId value, ValueId whole) {
    const Home& home = schedule.homes[index(value)];
    return home.kind == Home::Kind::part && home.whole == whole;
}

TEST_CASE("schedule: one by one, every node is a step and every value is in memory") {
    Builder net("chain");
    net.output("out", net.conv3x3("b", net.conv3x3("a", net.input(3), 4), 4));
    const Graph graph = net.finish();
    const Schedule schedule = schedule_one_by_one(graph);
    REQUIRE(schedule.steps.size() == graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        CHECK(schedule.steps[i].stages == Values{static_cast<ValueId>(i)});
        CHECK(schedule.steps[i].outputs == schedule.steps[i].stages);
        CHECK(schedule.steps[i].inputs == graph.nodes[i].inputs);
        CHECK(!schedule.is_private(static_cast<ValueId>(i)));
    }
    CHECK(!schedule.runs(schedule.steps[0]));  // the picture
}

TEST_CASE("schedule: row-wise nodes in a row are one group, and what passes between them is private") {
    Builder net("chain");
    const ValueId pixels = net.input(3);
    const ValueId a = net.conv3x3("a", pixels, 4);
    const ValueId b = net.activate("b", a, Activation::relu);
    const ValueId c = net.conv3x3("c", b, 4, /*stride=*/2);
    net.output("out", c);
    const Graph graph = net.finish();
    const Schedule schedule = schedule_in_groups(graph);
    REQUIRE(schedule.steps.size() == 2);
    CHECK(schedule.steps[1].stages == Values{pixels, a, b, c});
    CHECK(schedule.steps[1].inputs == Values{0});
    CHECK(schedule.steps[1].outputs == Values{c});
    for (const ValueId value : {pixels, a, b}) CHECK(schedule.is_private(value));
    CHECK(!schedule.is_private(c));
    CHECK(kind_of(graph, schedule.steps[1]) == "strips");
    CHECK(names_of(graph, schedule.steps[1]) == std::vector<std::string>{"c", "out"});
    CHECK(names_inside(graph, schedule.steps[1]) == std::vector<std::string>{"input", "a", "b"});
}

TEST_CASE("schedule: windows upon windows end a group, where a row of its outputs takes more than three") {
    Builder net("windows");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId b = net.conv3x3("b", a, 4);
    const ValueId c = net.conv3x3("c", b, 4);
    net.output("out", net.conv1x1("d", c, 4));
    const Schedule schedule = schedule_in_groups(test::bound(net.finish()));
    CHECK(schedule.is_private(c));
    CHECK(schedule.is_private(b));
    CHECK(!schedule.is_private(a));

    // Rows that are half as tall count half.
    Builder halving("halving");
    const ValueId half = halving.conv3x3("half", halving.input(3), 4, /*stride=*/2);
    const ValueId quarter = halving.conv3x3("quarter", half, 4, /*stride=*/2);
    halving.output("out", halving.conv3x3("eighth", quarter, 4, /*stride=*/2));
    const Schedule halved = schedule_in_groups(test::bound(halving.finish()));
    CHECK(halved.is_private(quarter));
    CHECK(halved.is_private(half));
}

TEST_CASE("schedule: an output of the graph is private to no step") {
    Builder net("two outputs");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId b = net.conv3x3("b", a, 4);
    net.output("first", a);
    net.output("second", b);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(!schedule.is_private(a));
    CHECK(!are_together(schedule, a, b));
}

TEST_CASE("schedule: a value to be kept is private to no step, and unknown names are ignored") {
    Builder net("chain");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    net.output("out", net.conv3x3("b", a, 4));
    const Graph graph = net.finish();
    const std::vector<std::string> keep = {"nobody", "a"};
    CHECK(schedule_in_groups(graph).is_private(a));
    CHECK(!schedule_in_groups(graph, keep).is_private(a));
}

TEST_CASE("schedule: a value whose readers cannot be together stays in memory") {
    // Their outputs differ in height.
    Builder net("two heights");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId full = net.conv3x3("full", a, 4), half = net.conv3x3("half", a, 4, /*stride=*/2);
    net.output("full", full);
    net.output("half", half);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(!schedule.is_private(a));
    CHECK(!are_together(schedule, full, half));
}

TEST_CASE("schedule: a value read by two that are together is private") {
    Builder net("two readers");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId b = net.conv3x3("b", a, 4), c = net.conv3x3("c", a, 4);
    net.output("b", b);
    net.output("c", c);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(schedule.is_private(a));
    CHECK(step_of(schedule, a).outputs == Values{c, b});
}

TEST_CASE("schedule: a deformable convolution's map stays in memory, its offsets and mask do not") {
    Builder net("deformable");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId deform = net.deform_conv3x3("d", x, 4);
    net.output("out", deform);
    const Graph graph = net.finish();
    const Schedule schedule = schedule_in_groups(graph);
    CHECK(!schedule.is_private(x));
    CHECK(schedule.is_private(graph.node(deform).inputs[1]));
    CHECK(schedule.is_private(graph.node(deform).inputs[2]));
}

TEST_CASE("schedule: no step waits for itself") {
    // The gate needs all of x before the first row of the product.
    Builder net("gated");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId gate =
        net.linear("gate", net.global_pool("pool", x, GlobalPool::Kind::average), 4, Bias::yes);
    const ValueId product = net.scale_channels("product", x, gate);
    net.output("out", product);
    const Graph graph = net.finish();
    const Schedule schedule = schedule_in_groups(graph);
    CHECK(!are_together(schedule, x, product));
    CHECK(!schedule.is_private(x));
    // But the statistics are gathered where x is made.
    const ValueId stats = graph.node(graph.node(gate).inputs[0]).inputs[0];
    REQUIRE(std::holds_alternative<RowStats>(graph.node(stats).operation));
    CHECK(step_of(schedule, stats).outputs == Values{x, stats});
}

TEST_CASE("schedule: a value that is read inside and outside its group keeps the group from being one") {
    // b is needed whole by the linear layer's pool, and by c with a window.
    Builder net("read twice");
    const ValueId a = net.conv3x3("a", net.input(3), 4);
    const ValueId b = net.conv3x3("b", a, 4);
    const ValueId c = net.conv3x3("c", b, 4);
    net.output("b", b);
    net.output("c", c);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(!are_together(schedule, b, c));
    CHECK(are_together(schedule, a, b));
}

TEST_CASE("schedule: a group has no more stages than fit") {
    Builder net("long chain");
    ValueId x = net.input(3);
    for (int i = 0; i < kMaxStages + 5; ++i)
        x = net.activate(std::string("r").append(std::to_string(i)), x, Activation::relu);
    net.output("out", x);
    const Schedule schedule = schedule_in_groups(net.finish());
    std::size_t longest = 0;
    for (const Step& step : schedule.steps) longest = std::max(longest, step.stages.size());
    CHECK(longest == static_cast<std::size_t>(kMaxStages));
    CHECK(schedule.steps.size() == 3);  // the picture, and two groups
}

TEST_CASE("schedule: a group has no more outputs than fit") {
    Builder net("many heads");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    for (int i = 0; i < kMaxOutputs + 1; ++i) {
        const std::string name = "head" + std::to_string(i);
        net.output(name + " out", net.conv1x1(name, x, 2));
    }
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(!schedule.is_private(x));
    for (const Step& step : schedule.steps)
        CHECK(step.outputs.size() <= static_cast<std::size_t>(kMaxOutputs));
}

TEST_CASE("schedule: the inputs of a concat are written in place") {
    Builder net("concat");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId a = net.conv1x1("a", x, 2), b = net.conv1x1("b", x, 3);
    const ValueId both = net.concat({a, b});
    net.output("out", both);
    const Graph graph = net.finish();
    const Schedule schedule = schedule_in_groups(graph);
    CHECK(lives_in(schedule, a, both));
    CHECK(lives_in(schedule, b, both));
    CHECK(!schedule.computed[index(both)]);
    CHECK(!schedule.runs(step_of(schedule, both)));
    CHECK(schedule_one_by_one(graph).computed[index(both)]);
}

TEST_CASE("schedule: not in place is a concat of which an input has another reader") {
    Builder net("concat");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId a = net.conv1x1("a", x, 2), b = net.conv1x1("b", x, 3);
    const ValueId both = net.concat({a, b});
    net.output("out", both);
    net.output("a too", a);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(schedule.computed[index(both)]);
    CHECK(schedule.homes[index(b)].kind == Home::Kind::memory);
}

TEST_CASE(
    "schedule: not in place is a concat that has an input twice, or another concat's value, or pixels") {
    Builder net("concats");
    const ValueId pixels = net.input(3);
    const ValueId x = net.conv3x3("x", pixels, 4);
    const ValueId twice = net.concat({x, x});
    const ValueId inner = net.concat({net.conv1x1("a", twice, 2), net.conv1x1("b", twice, 2)});
    const ValueId outer = net.concat({inner, net.conv1x1("c", twice, 2)});
    net.output("out", outer);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(schedule.computed[index(twice)]);
    CHECK(!schedule.computed[index(inner)]);
    CHECK(schedule.computed[index(outer)]);

    Builder other("pixels");
    const ValueId p = other.input(3);
    const ValueId q = other.input(3);
    const ValueId of_pixels = other.concat({p, q});
    other.output("out", of_pixels);
    CHECK(schedule_in_groups(other.finish()).computed[index(of_pixels)]);
}

TEST_CASE("schedule: a slice is a view, but a copy where anchors are made of it") {
    Builder net("heads");
    const ValueId whole = net.conv1x1("heads", net.input(3), 12);
    Graph graph = net.finish();
    const ValueId boxes = append(graph, Slice{0, 8}, {whole}), others = append(graph, Slice{8, 4}, {whole});
    const ValueId anchors = append(graph, ToAnchors{4}, {boxes}, "loc");
    const ValueId softmax = append(graph, SoftmaxPairs{}, {others}, "conf");
    graph.outputs = {{"loc", anchors}, {"conf", softmax}};
    for (const bool grouped : {false, true}) {
        CAPTURE(grouped);
        const Schedule schedule = grouped ? schedule_in_groups(graph) : schedule_one_by_one(graph);
        CHECK(schedule.computed[index(boxes)]);
        CHECK(lives_in(schedule, anchors, boxes));
        CHECK(!schedule.computed[index(others)]);
        CHECK(schedule.is_private(whole) == grouped);
    }
}

TEST_CASE("schedule: anchors take what they are of with them into their concat") {
    Builder net("anchors");
    const ValueId x = net.conv3x3("x", net.input(3), 4);
    const ValueId a = net.conv1x1("a", x, 4), b = net.conv3x3("b", x, 4, /*stride=*/2);
    const ValueId anchors_a = net.to_anchors("aa", a, 2), anchors_b = net.to_anchors("ab", b, 2);
    const ValueId all = net.concat({anchors_a, anchors_b});
    net.output("out", all);
    const Schedule schedule = schedule_in_groups(net.finish());
    CHECK(lives_in(schedule, anchors_a, all));
    CHECK(lives_in(schedule, a, anchors_a));
    CHECK(lives_in(schedule, b, anchors_b));
    CHECK(!schedule.computed[index(all)]);
    CHECK(schedule.computed[index(a)]);
}

}  // namespace
}  // namespace featherface::engine
