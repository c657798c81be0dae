#include "support/seeded_graph.hpp"

#include <doctest/doctest.h>

#include "engine/topologies/topologies.hpp"
#include "support/seeded_weights.hpp"
#include "support/torch_values.hpp"

namespace featherface::test {

namespace {

class Collector final : public engine::Observer {
  public:
    explicit Collector(NamedValues& into) : into_(into) {}

    void after_step(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
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
    engine::Graph graph = network == "v1"         ? engine::featherface_v1()
                          : network == "v2"       ? engine::featherface_v2()
                          : network == "backbone" ? engine::mobilenet_backbone()
                                                  : engine::mobilenet_classifier();
    for (engine::Parameter& parameter : graph.parameters) {
        parameter.values = seeded_values(parameter.name, parameter.shape);
    }
    return graph;
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
