#include "tools/bench/layers.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "engine/system/clock.hpp"
#include "tools/bench/kernels.hpp"

namespace featherface::tools {

namespace {

using engine::Graph;
using engine::Shape;
using engine::ValueId;

// What tells of a step or stage which part of the network it is: its first name, else what came last inside.
std::string telling_name(const std::vector<std::string>& names, const std::vector<std::string>& inside) {
    if (!names.empty()) return names.front();
    return inside.empty() ? "" : inside.back();
}

// The stages of a fused step, its median time divided among them as its threads spent theirs. Views are left
// out. Where no stage has a name, all belong to the step's part.
std::vector<StageResult> stages_of(const engine::Program& program, const engine::Step& step, Group part,
                                   const std::vector<Shape>& shapes, double step_time,
                                   const std::vector<double>& totals) {
    const Graph& graph = program.graph;
    std::vector<std::string> modules;
    for (const ValueId stage : step.stages)
        modules.push_back(telling_name(graph.node(stage).names, graph.node(stage).fused));
    const std::vector<Group> groups = groups_of(modules);
    const double all = std::accumulate(totals.begin(), totals.end(), 0.0);
    std::vector<StageResult> results;
    for (std::size_t s = 0; s < step.stages.size(); ++s) {
        const auto index = static_cast<std::size_t>(step.stages[s]);
        if (!program.schedule.computed[index]) continue;
        const engine::Node& node = graph.nodes[index];
        StageResult stage{{.names = node.names,
                           .contains = node.fused,
                           .kind = std::string(engine::kind_of(node.operation)),
                           .kernel = kernel_of(program, step.stages[s]).name,
                           .group = groups[s] == Group::other ? part : groups[s],
                           .output_shape = shapes[index].torch_shape(),
                           .work = engine::work_of(graph, step.stages[s], shapes)}};
        stage.time = all > 0 ? step_time * totals[s] / all : 0;
        results.push_back(std::move(stage));
    }
    return results;
}

}  // namespace

StepTimer::StepTimer(const engine::Program& program, int threads) : program_(program) {
    for (const engine::Step& step : program.schedule.steps) {
        steps_.push_back({{}, std::vector<double>(step.is_group() ? step.stages.size() : 0, 0.0)});
    }
    stage_times_.by_thread.resize(static_cast<std::size_t>(threads));
}

void StepTimer::before_step(std::size_t step) {
    if (!steps_[step].stage_totals.empty()) {
        for (engine::StageTimes::Row& row : stage_times_.by_thread) row.fill(0);
    }
    begin_ = engine::raw_nanoseconds();
}

void StepTimer::after_step(std::size_t position) {
    const std::int64_t end = engine::raw_nanoseconds();
    if (!program_.schedule.runs(program_.schedule.steps[position])) return;
    Step& step = steps_[position];
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
    const Graph& graph = program.graph;
    const std::vector<Shape>& shapes = session.plan().shapes;
    const std::vector<engine::Step>& steps = program.schedule.steps;
    std::vector<std::string> modules;
    for (const engine::Step& step : steps)
        modules.push_back(telling_name(names_of(graph, step), names_inside(graph, step)));
    const std::vector<Group> groups = groups_of(modules);
    std::vector<LayerResult> layers;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const engine::Step& step = steps[i];
        if (!program.schedule.runs(step)) continue;
        const auto shape_of = [&](ValueId value) { return shapes[static_cast<std::size_t>(value)]; };
        const std::string kernel =
            step.is_group() ? std::string(kGroupKernel) : kernel_of(program, step.outputs[0]).name;
        LayerResult layer{{.names = names_of(graph, step),
                           .contains = names_inside(graph, step),
                           .kind = std::string(engine::kind_of(graph, step)),
                           .kernel = kernel,
                           .group = groups[i],
                           .output_shape = shape_of(step.outputs[0]).torch_shape(),
                           .work = engine::work_of(graph, program.schedule, step, shapes)}};
        layer.index = static_cast<int>(layers.size());
        layer.time = summarize(timer.steps()[i].times);
        for (const ValueId input : step.inputs) layer.input_shapes.push_back(shape_of(input).torch_shape());
        if (step.is_group()) {
            layer.stages =
                stages_of(program, step, groups[i], shapes, layer.time.median, timer.steps()[i].stage_totals);
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
