#include "support/seeded_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"
#include "engine/runtime/executor.hpp"
#include "support/seeded_weights.hpp"
#include "support/torch_values.hpp"

namespace featherface::test {

namespace {

class Collector final : public engine::Observer {
  public:
    explicit Collector(NamedValues& into) : into_(into) {}

    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        const std::vector<float> values = torch_values(shape, map);
        for (const std::string& name : node.names) {
            into_.values[name] = values;
            into_.shapes[name] = shape.torch_shape();
        }
    }

  private:
    NamedValues& into_;
};

}  // namespace

engine::Graph seeded_graph(std::string_view network) {
    const auto all = engine::networks();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const engine::Network& known) { return known.short_id == network; });
    REQUIRE(found != all.end());
    engine::Graph graph = found->make_graph();
    for (engine::Parameter& parameter : graph.parameters) {
        parameter.values = seeded_values(parameter.name, parameter.shape);
    }
    return graph;
}

engine::Program optimised_program(engine::Graph graph, const engine::KernelTable& table,
                                  std::span<const std::string> keep) {
    graph = engine::optimize(std::move(graph), keep);
    engine::Schedule schedule = engine::schedule_in_groups(graph, keep);
    return engine::compile(std::move(graph), std::move(schedule), table);
}

NamedValues run_program(const engine::Program& program, const oracle::Tensor& input, int threads) {
    engine::ThreadPool pool(threads);
    const engine::Plan plan = engine::make_plan(program, input.height(), input.width(), threads);
    const engine::AlignedBuffer workspace(plan.workspace_floats);
    const std::vector<float> nchw(input.values.begin(), input.values.end());
    NamedValues named;
    Collector collector(named);
    engine::execute(program, plan, workspace, pool, {{}, nchw}, &collector);
    return named;
}

}  // namespace featherface::test
