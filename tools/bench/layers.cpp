#include "tools/bench/layers.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "engine/system/clock.hpp"
#include "tools/bench/kernels.hpp"

namespace featherface::tools {

namespace {

using engine::Node;
using engine::Shape;
using engine::ValueId;

Computation computation_of(const Node& node, std::vector<std::string> names, Group group, const Shape& output,
                           const engine::Work& work, const kernels::KernelTable& table) {
    return {std::move(names),
            node.fused,
            std::string(engine::kind_of(node.operation)),
            kernel_of(node, table).name,
            group,
            output.torch_shape(),
            work};
}

// The stages of a fused step, its median time divided among them as its threads spent theirs. Views are left
// out.
std::vector<StageResult> stages_of(const Node& node, const std::vector<Shape>& inputs, double step_time,
                                   const std::vector<double>& totals, const kernels::KernelTable& table) {
    const std::vector<Node>& stages = std::get<engine::Strips>(node.operation).stages;
    const std::vector<Group> groups = groups_of(stages);
    const std::vector<Shape> shapes = engine::infer_stage_shapes(node, inputs);
    const std::vector<engine::Work> works = engine::work_of_stages(node, inputs);
    const double all = std::accumulate(totals.begin(), totals.end(), 0.0);
    std::vector<StageResult> results;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        if (std::holds_alternative<engine::Slice>(stages[s].operation)) continue;
        StageResult stage{computation_of(stages[s], stages[s].names, groups[s], shapes[s], works[s], table)};
        stage.time = all > 0 ? step_time * totals[s] / all : 0;
        results.push_back(std::move(stage));
    }
    return results;
}

}  // namespace

StepTimer::StepTimer(const engine::Program& program, int threads) : program_(program) {
    for (const Node& node : program.graph.nodes) {
        const auto* strips = std::get_if<engine::Strips>(&node.operation);
        steps_.push_back({{}, std::vector<double>(strips ? strips->stages.size() : 0, 0.0)});
    }
    stage_times_.by_thread.resize(static_cast<std::size_t>(threads));
}

void StepTimer::before_step(const Node& node) {
    in_strips_ = std::holds_alternative<engine::Strips>(node.operation);
    if (in_strips_) {
        for (engine::StageTimes::Row& row : stage_times_.by_thread) row.fill(0);
    }
    begin_ = engine::raw_nanoseconds();
}

void StepTimer::after_step(const Node& node, const Shape&, engine::ConstMap) {
    const std::int64_t end = engine::raw_nanoseconds();
    const auto index = static_cast<std::size_t>(&node - program_.graph.nodes.data());
    if (!program_.operators[index]) return;
    Step& step = steps_[index];
    step.times.push_back(static_cast<double>(end - begin_));
    for (std::size_t stage = 0; stage < step.stage_totals.size(); ++stage) {
        for (const engine::StageTimes::Row& row : stage_times_.by_thread) {
            step.stage_totals[stage] += static_cast<double>(row[stage]);
        }
    }
}

void StepTimer::forget() {
    for (Step& step : steps_) {
        step.times.clear();
        std::fill(step.stage_totals.begin(), step.stage_totals.end(), 0.0);
    }
}

std::vector<LayerResult> layers_of(const engine::Session& session, const StepTimer& timer) {
    const engine::Program& program = session.program();
    const engine::Graph& graph = program.graph;
    const std::vector<Shape>& shapes = session.plan().shapes;
    const std::vector<Group> groups = groups_of(graph.nodes);
    std::vector<LayerResult> layers;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!program.operators[i]) continue;  // a view
        const Node& node = graph.nodes[i];
        const ValueId value = static_cast<ValueId>(i);
        LayerResult layer{computation_of(node, engine::names_of_outputs(graph, value), groups[i], shapes[i],
                                         engine::work_of(graph, value, shapes), *program.table)};
        layer.index = static_cast<int>(layers.size());
        layer.time = summarize(timer.steps()[i].times);
        std::vector<Shape> inputs;
        for (const ValueId input : node.inputs) inputs.push_back(shapes[static_cast<std::size_t>(input)]);
        for (const Shape& shape : inputs) layer.input_shapes.push_back(shape.torch_shape());
        if (std::holds_alternative<engine::Strips>(node.operation)) {
            layer.stages =
                stages_of(node, inputs, layer.time.median, timer.steps()[i].stage_totals, *program.table);
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

std::vector<GroupResult> groups_of(const std::vector<LayerResult>& layers, double pre, double post) {
    std::vector<GroupResult> groups(kGroupNames.size());
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i].group = static_cast<Group>(i);
    const auto add = [&](Group group, double time, const engine::Work& work) {
        GroupResult& total = groups[static_cast<std::size_t>(group)];
        total.time += time;
        total.work += work;
    };
    add(Group::pre, pre, {});
    add(Group::post, post, {});
    for (const LayerResult& layer : layers) {
        if (layer.stages.empty()) add(layer.group, layer.time.median, layer.work);
        for (const StageResult& stage : layer.stages) add(stage.group, stage.time, stage.work);
    }
    std::erase_if(groups, [](const GroupResult& group) { return group.time <= 0; });
    return groups;
}

std::vector<double> layer_sums(const StepTimer& timer) {
    std::vector<double> sums;
    for (const StepTimer::Step& step : timer.steps()) {
        sums.resize(std::max(sums.size(), step.times.size()), 0);
        for (std::size_t run = 0; run < step.times.size(); ++run) sums[run] += step.times[run];
    }
    return sums;
}

}  // namespace featherface::tools
