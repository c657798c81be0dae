#include "support/run_values.hpp"

#include "engine/runtime/executor.hpp"
#include "engine/system/thread_pool.hpp"
#include "support/eager_pool.hpp"
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

NamedValues run_plan(const engine::Program& program, const engine::Plan& plan, int threads,
                     const std::vector<float>& nchw) {
    EagerPool pool(threads);
    const engine::AlignedBuffer workspace(plan.workspace_floats);
    NamedValues named;
    Collector collector(named);
    engine::execute(program, plan, workspace, pool, {{}, nchw}, &collector);
    return named;
}

}  // namespace featherface::test
