#include "support/seeded_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"
#include "support/small_graph.hpp"

namespace featherface::test {

engine::Graph seeded_graph(std::string_view network) {
    const auto all = engine::networks();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const engine::Network& known) { return known.short_id == network; });
    REQUIRE(found != all.end());
    return bound(found->make_graph());
}

engine::Program optimised_program(engine::Graph graph, const engine::KernelTable& table,
                                  std::span<const std::string> keep) {
    graph = engine::optimize(std::move(graph), keep);
    engine::Schedule schedule = engine::schedule_in_groups(graph, keep);
    return engine::compile(std::move(graph), std::move(schedule), table);
}

NamedValues run_program(const engine::Program& program, const oracle::Tensor& input, int threads) {
    const std::vector<float> nchw(input.values.begin(), input.values.end());
    // However little there is for each.
    const engine::LeastWork least{.piece = 1, .share = 1};
    return run_plan(program, engine::make_plan(program, input.height(), input.width(), threads, least),
                    threads, nchw);
}

}  // namespace featherface::test
