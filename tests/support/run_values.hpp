// Runs of small programs, and what they left in memory.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/executor.hpp"
#include "support/torch_values.hpp"

namespace featherface::test {

using Values = std::map<std::string, std::vector<float>>;

// The values of a run by name, as PyTorch lays them out.
class ValueCollector final : public engine::Observer {
  public:
    void value(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        for (const std::string& name : node.names) values[name] = torch_values(shape, map);
    }
    Values values;
};

// Runs a plan on a picture, given as PyTorch lays it out.
inline Values run_plan(const engine::Program& program, const engine::Plan& plan, int threads,
                       const std::vector<float>& nchw) {
    engine::ThreadPool pool(threads);
    const engine::AlignedBuffer workspace(plan.workspace_floats);
    ValueCollector collector;
    execute(program, plan, workspace, pool, {{}, nchw}, &collector);
    return std::move(collector.values);
}

}  // namespace featherface::test
