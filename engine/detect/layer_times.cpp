#include "engine/detect/layer_times.hpp"

#include "engine/system/clock.hpp"

namespace featherface::engine {

LayerTimes::LayerTimes(const Session& session, LayerObserver& receiver)
    : session_(session), receiver_(receiver), run_start_(raw_nanoseconds()) {}

void LayerTimes::before_step(const Node&) {
    step_start_ = raw_nanoseconds();
}

void LayerTimes::after_step(const Node& node, const Shape& shape, ConstMap) {
    const std::int64_t step_end = raw_nanoseconds();
    const Program& program = session_.program();
    const auto position = &node - program.graph.nodes.data();
    if (!program.operators[static_cast<std::size_t>(position)]) return;

    input_shapes_.clear();
    for (const ValueId input : node.inputs) {
        input_shapes_.push_back(session_.plan().shapes[static_cast<std::size_t>(input)].torch_shape());
    }
    const std::vector<std::int64_t> output_shape = shape.torch_shape();
    const auto names = names_of_outputs(program.graph, static_cast<ValueId>(position));
    LayerRun run;
    run.index = next_index_++;
    run.names = names;
    run.contains = node.fused;
    if (!names.empty()) {
        run.name = names.front();
    } else if (!node.fused.empty()) {
        run.name = node.fused.front();
    }
    run.kind = kind_of(node.operation);
    run.input_shapes = input_shapes_;
    run.output_shape = output_shape;
    run.start = static_cast<double>(step_start_ - run_start_) * 1e-9;
    run.end = static_cast<double>(step_end - run_start_) * 1e-9;
    receiver_.layer(run);
}

}  // namespace featherface::engine
