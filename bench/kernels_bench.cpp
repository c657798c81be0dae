// Every kernel at the shapes the detectors give it for a 640x640 picture, on every architecture this CPU
// has, one thread: GFLOP/s (a multiply-add is two) for convolutions, GB/s for all (inputs and weights read
// once, outputs written once), and both as percent of what was measured here as the machine's peak: of
// multiply-adds with that architecture's instructions, and of copying in as large a working set. What is
// timed are the cases that the tests check (tests/kernels/cases).
//
//   bench_kernels --benchmark_filter='avx512.*/80x80'      names have kernel, architecture and shape
#include <benchmark/benchmark.h>

#include <bit>
#include <chrono>
#include <string>
#include <vector>

#include "kernels/select.hpp"
#include "tests/kernels/cases/all.hpp"
#include "tools/measure/machine_peak.hpp"

namespace featherface::bench {
namespace {

using kernels::KernelTable;

template <class Case>
void time_case(benchmark::State& state, const KernelTable& table, const typename Case::Shape& shape) {
    Case c(table, shape);
    const kernels::Rows rows{0, c.output.map().height};
    const auto begin = std::chrono::steady_clock::now();
    for (auto _ : state) {
        c.run(c.output.map(), rows);
        benchmark::ClobberMemory();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    const double seconds = elapsed.count() / static_cast<double>(state.iterations());
    if (c.flops() > 0) {
        state.counters["GFLOP/s"] = c.flops() / seconds / 1e9;
        state.counters["%peak"] = 100 * c.flops() / seconds / tools::peak_flops(table.arch);
    }
    const double peak = tools::peak_bandwidth(std::bit_ceil(static_cast<std::size_t>(c.bytes())));
    state.counters["GB/s"] = c.bytes() / seconds / 1e9;
    state.counters["%bandwidth"] = 100 * c.bytes() / seconds / peak;
}

template <class Case>
void register_case(const KernelTable& table, const std::vector<test::NetworkNode>& nodes) {
    for (const auto& shape : test::network_shapes<Case>(nodes)) {
        if (!Case::suits(table, shape)) continue;
        const std::string name = std::string(kernels::full_name(table.*Case::kKernel)) + "/" + text_of(shape);
        benchmark::RegisterBenchmark(
            name.c_str(), [&table, shape](benchmark::State& state) { time_case<Case>(state, table, shape); });
    }
}

}  // namespace
}  // namespace featherface::bench

int main(int argc, char** argv) {
    constexpr int kPictureSize = 640;
    const auto nodes = featherface::test::network_nodes(kPictureSize, kPictureSize);
    for (const featherface::kernels::KernelTable* table : featherface::kernels::available_tables()) {
        featherface::test::for_each_case([&](auto kind) {
            featherface::bench::register_case<typename decltype(kind)::type>(*table, nodes);
        });
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
