#include "engine/runtime/executor.hpp"

#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

namespace {

class Execution {
  public:
    Execution(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
              const InputSource& source)
        : program_(program), plan_(plan), workspace_(workspace), pool_(pool), source_(source) {}

    Map map_of(ValueId value) const { return value_map(plan_, workspace_, value); }

    void run(std::size_t s, StageTimes* times) const {
        const Step& step = program_.schedule.steps[s];
        if (step.is_group())
            return run_group(plan_.groups[s], group_call(step), pool_, plan_.splits[s].threads, times);
        const auto index = static_cast<std::size_t>(step.outputs[0]);
        if (!program_.schedule.computed[index]) return;
        const Call call = call_of(step);
        const BoundOperator& bound = program_.operators[index];
        if (const auto* whole = std::get_if<std::unique_ptr<const WholeOperator>>(&bound)) {
            (*whole)->run(call, pool_, plan_.splits[s].threads);
        } else if (const auto* by_rows = std::get_if<std::unique_ptr<const RowOperator>>(&bound)) {
            pool_.run(call.output.height, plan_.splits[s], [&](int thread, ThreadPool::Pieces& pieces) {
                float* const own = scratch() + static_cast<std::size_t>(thread) * plan_.thread_scratch_stride;
                for (Rows rows = pieces.next(); !is_empty(rows); rows = pieces.next())
                    (*by_rows)->run_rows(call, rows, own);
            });
        }
    }

  private:
    float* scratch() const { return workspace_.data() + plan_.thread_scratch_offset; }

    Call call_of(const Step& step) const {
        Call call{.source = &source_,
                  .input_count = static_cast<int>(step.inputs.size()),
                  .output = map_of(step.outputs[0])};
        for (std::size_t i = 0; i < step.inputs.size(); ++i)
            call.inputs[i] = as_const(map_of(step.inputs[i]));
        return call;
    }

    GroupCall group_call(const Step& step) const {
        GroupCall call{
            .source = &source_, .thread_scratch = scratch(), .thread_stride = plan_.thread_scratch_stride};
        for (std::size_t i = 0; i < step.inputs.size(); ++i)
            call.inputs[i] = as_const(map_of(step.inputs[i]));
        for (std::size_t i = 0; i < step.outputs.size(); ++i) call.outputs[i] = map_of(step.outputs[i]);
        return call;
    }

    const Program& program_;
    const Plan& plan_;
    const AlignedBuffer& workspace_;
    ThreadPool& pool_;
    const InputSource& source_;
};

}  // namespace

void execute(const Program& program, const Plan& plan, const AlignedBuffer& workspace, ThreadPool& pool,
             const InputSource& source, Observer* observer) {
    const Execution execution(program, plan, workspace, pool, source);
    const std::vector<Step>& steps = program.schedule.steps;
    for (std::size_t s = 0; s < steps.size(); ++s) {
        if (!observer) {
            execution.run(s, nullptr);
            continue;
        }
        observer->before_step(s);
        execution.run(s, observer->stage_times());
        observer->after_step(s);
        for (const ValueId output : steps[s].outputs) {
            observer->value(program.graph.node(output), plan.shapes[static_cast<std::size_t>(output)],
                            as_const(execution.map_of(output)));
        }
    }
}

}  // namespace featherface::engine
