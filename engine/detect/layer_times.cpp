#include "engine/detect/layer_times.hpp"

#include "engine/system/clock.hpp"

namespace featherface::engine {

LayerTimes::LayerTimes(const Session& session, LayerObserver& receiver)
    : session_(session), receiver_(receiver), run_start_(raw_nanoseconds()) {}

void LayerTimes::before_step(std::size_t) {
    step_start_ = raw_nanoseconds();
}

void LayerTimes::after_step(std::size_t position) {
    const std::int64_t step_end = raw_nanoseconds();
    const Program& program = session_.program();
    const Step& step = program.schedule.steps[position];
    if (!program.schedule.runs(step)) return;

    const auto torch_shape = [&](ValueId value) {
        return session_.plan().shapes[static_cast<std::size_t>(value)].torch_shape();
    };
    std::vector<std::vector<std::int64_t>> input_shapes;
    for (const ValueId input : step.inputs) input_shapes.push_back(torch_shape(input));
    const std::vector<std::int64_t> output_shape = torch_shape(step.outputs[0]);
    const std::vector<std::string> names = names_of(program.graph, step);
    const std::vector<std::string> contains = names_inside(program.graph, step);
    LayerRun run;
    run.index = next_index_++;
    run.names = names;
    run.contains = contains;
    if (!names.empty()) {
        run.name = names.front();
    } else if (!contains.empty()) {
        run.name = contains.front();
    }
    run.kind = kind_of(program.graph, step);
    run.input_shapes = input_shapes;
    run.output_shape = output_shape;
    run.start = static_cast<double>(step_start_ - run_start_) * 1e-6;
    run.end = static_cast<double>(step_end - run_start_) * 1e-6;
    receiver_.layer(run);
}

}  // namespace featherface::engine
