// Every kernel at the shapes the two networks give it for a 640x640 picture, on every architecture this CPU
// has, one thread: GFLOP/s (a multiply-add is two) for convolutions, GB/s for all (inputs and weights read
// once, outputs written once), and both as percent of what was measured here as the machine's peak: of
// multiply-adds with that architecture's instructions, and of copying in as large a working set.
//
//   bench_kernels --benchmark_filter='avx512.*/80x80'      names have kernel, architecture and shape
#include <benchmark/benchmark.h>

#include <bit>
#include <chrono>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/network_shapes.hpp"
#include "kernels/select.hpp"
#include "tools/measure/machine_peak.hpp"

namespace featherface::kernels {
namespace {

// A map of random values and its memory.
struct OwnedMap {
    OwnedMap(int height, int width, int channels, float reach = 1)
        : values(static_cast<std::size_t>(height) * width * channels) {
        std::minstd_rand engine(1);
        std::uniform_real_distribution<float> distribution(-reach, reach);
        for (float& value : values) value = distribution(engine);
        map = {values.data(), height, width, channels, channels};
    }
    ConstMap input() const { return as_const(map); }
    Rows rows() const { return {0, map.height}; }

    std::vector<float> values;
    Map map;
};

constexpr int kPictureSize = 640;

using ConvUse = bench::Use<engine::Conv>;
using DeformUse = bench::Use<engine::DeformConv>;

std::string name_of(const engine::Shape& map) {
    return std::to_string(map.channels) + "/" + std::to_string(map.height) + "x" + std::to_string(map.width);
}
template <class Use>
std::string name_of_conv(const Use& use) {
    const ConvGeometry& g = use.operation.geometry;
    std::ostringstream name;
    name << g.in_channels << "->" << g.out_channels << "_k" << g.kernel << "_s" << g.stride << "_g"
         << g.groups << "/" << use.input.height << "x" << use.input.width;
    return name.str();
}

// Runs the benchmark; the seconds one iteration took.
template <class Run>
double seconds_each(benchmark::State& state, const Run& run) {
    const auto begin = std::chrono::steady_clock::now();
    for (auto _ : state) {
        run();
        benchmark::ClobberMemory();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    return elapsed.count() / static_cast<double>(state.iterations());
}

void report_bytes(benchmark::State& state, double bytes, double seconds) {
    const double peak = tools::peak_bandwidth(std::bit_ceil(static_cast<std::size_t>(bytes)));
    state.counters["GB/s"] = bytes / seconds / 1e9;
    state.counters["%bandwidth"] = 100 * bytes / seconds / peak;
}

template <class Use>
void report_work(benchmark::State& state, const KernelTable& table, const Use& use, double seconds) {
    const ConvGeometry& g = use.operation.geometry;
    const double weights =
        static_cast<double>(g.out_channels) * (g.in_channels / g.groups) * g.kernel * g.kernel;
    const double flops = 2 * weights * use.output.height * use.output.width;
    state.counters["GFLOP/s"] = flops / seconds / 1e9;
    state.counters["%peak"] = 100 * flops / seconds / tools::peak_flops(table.arch);
    const auto maps = static_cast<double>(use.input.elements() + use.output.elements());
    report_bytes(state, sizeof(float) * (weights + maps), seconds);
}

// What the two kinds of convolution have in common: weights, packed, and scratch.
struct Prepared {
    template <class Kernel, class Use>
    Prepared(const Kernel& kernel, const Use& use)
        : output(use.output.height, use.output.width, use.output.channels),
          input(use.input.height, use.input.width, use.input.channels),
          packed(kernel.packed_floats(use.operation.geometry)),
          scratch(kernel.scratch_floats(use.operation.geometry, output.map.width)) {
        const ConvGeometry& g = use.operation.geometry;
        const OwnedMap weights(g.kernel, g.kernel, g.out_channels * (g.in_channels / g.groups));
        const OwnedMap bias(1, 1, g.out_channels);
        kernel.pack(g, {weights.values.data(), nullptr, bias.values.data()}, packed.data());
        args = {g, input.input(), output.map, packed.data(), Activation::leaky_relu, 0.1f, scratch.data()};
    }
    OwnedMap output;
    OwnedMap input;
    std::vector<float> packed;
    std::vector<float> scratch;
    ConvArgs args;
};

void run_conv(benchmark::State& state, const KernelTable* table, const ConvUse& use) {
    const ConvKernel& kernel = select_conv(*table, use.operation.geometry);
    const Prepared prepared(kernel, use);
    const auto run = [&] { kernel.run(prepared.args, prepared.output.rows()); };
    report_work(state, *table, use, seconds_each(state, run));
}

void run_deform(benchmark::State& state, const KernelTable* table, const DeformUse& use) {
    const Prepared prepared(*table->conv_deform, use);
    const int taps = use.operation.geometry.kernel * use.operation.geometry.kernel;
    const OwnedMap offset(use.output.height, use.output.width, 2 * taps, 1.5f);
    const OwnedMap mask(use.output.height, use.output.width, taps, 3);
    const DeformConvArgs args{prepared.args, offset.input(), mask.input()};
    const auto run = [&] { table->conv_deform->run(args, prepared.output.rows()); };
    report_work(state, *table, use, seconds_each(state, run));
}

// Registers a benchmark of `run(table, operation, input, output)` at every shape at which the networks have
// the operation; it reads `inputs` maps of the input's shape and writes one of the output's.
template <class Op, class Run>
void register_map_kernel(const KernelTable& table, const std::string& name, int inputs, Run run) {
    for (const bench::Use<Op>& use : bench::uses_of<Op>(kPictureSize)) {
        const std::string full = name + "/" + table.arch + "/" + name_of(use.input);
        benchmark::RegisterBenchmark(full.c_str(), [&table, use, inputs, run](benchmark::State& state) {
            const OwnedMap input(use.input.height, use.input.width, use.input.channels);
            OwnedMap output(use.output.height, use.output.width, use.output.channels);
            const auto run_once = [&] { run(table, use.operation, input, output); };
            const auto elements = static_cast<double>(inputs * use.input.elements() + use.output.elements());
            report_bytes(state, sizeof(float) * elements, seconds_each(state, run_once));
        });
    }
}

void register_map_kernels(const KernelTable& table) {
    using T = KernelTable;
    using In = OwnedMap;
    using Out = OwnedMap;
    register_map_kernel<engine::BatchNorm>(
        table, "scale_shift", 1, [](const T& t, const auto&, const In& in, Out& out) {
            t.scale_shift(in.input(), in.values.data(), in.values.data(), out.map, in.rows());
        });
    for (const auto& [name, activation] : {std::pair{"activate_leaky_relu", Activation::leaky_relu},
                                           {"activate_sigmoid", Activation::sigmoid},
                                           {"activate_swish", Activation::swish}}) {
        register_map_kernel<engine::Activate>(
            table, name, 1, [chosen = activation](const T& t, const auto&, const In& in, Out& out) {
                t.activate(in.input(), chosen, 0.1f, out.map, in.rows());
            });
    }
    register_map_kernel<engine::Add>(table, "add_relu", 2,
                                     [](const T& t, const auto&, const In& in, Out& out) {
                                         t.add(in.input(), in.input(), Activation::relu, out.map, in.rows());
                                     });
    register_map_kernel<engine::WeightedSum>(
        table, "weighted_sum_3_swish", 3, [](const T& t, const auto&, const In& in, Out& out) {
            const ConstMap inputs[] = {in.input(), in.input(), in.input()};
            const float weights[] = {0.3f, 0.3f, 0.4f};
            t.weighted_sum({inputs, weights, 3, Activation::swish, out.map}, in.rows());
        });
    register_map_kernel<engine::ScaleChannels>(
        table, "scale_channels", 1, [](const T& t, const auto&, const In& in, Out& out) {
            t.scale_channels(in.input(), in.values.data(), out.map, in.rows());
        });
    register_map_kernel<engine::ScalePixels>(
        table, "scale_pixels", 1, [](const T& t, const auto&, const In& in, Out& out) {
            const ConstMap gate{in.values.data(), in.map.height, in.map.width, 1, 1};
            t.scale_pixels(in.input(), gate, out.map, in.rows());
        });
    register_map_kernel<engine::ChannelStats>(
        table, "channel_stats", 1, [](const T& t, const auto& op, const In& in, Out& out) {
            t.channel_stats(in.input(), op.max_first, out.map, in.rows());
        });
    register_map_kernel<engine::GlobalPool>(
        table, "pool_rows", 1, [](const T& t, const auto&, const In& in, Out& out) {
            out.values.resize(2 * static_cast<std::size_t>(in.map.channels));  // sums, then maxima
            t.pool_rows(in.input(), out.values.data(), out.values.data() + in.map.channels, in.rows());
        });
    register_map_kernel<engine::MaxPool>(table, "max_pool", 1,
                                         [](const T& t, const auto&, const In& in, Out& out) {
                                             t.max_pool({in.input(), out.map, 1, 1, 0}, out.rows());
                                         });
    register_map_kernel<engine::Resize>(table, "resize_nearest", 1,
                                        [](const T& t, const auto&, const In& in, Out& out) {
                                            t.resize_nearest(in.input(), out.map, out.rows());
                                        });
    register_map_kernel<engine::Shuffle>(
        table, "copy_channels_shuffled", 1, [](const T& t, const auto& op, const In& in, Out& out) {
            t.copy_channels(in.input(), op.source.data(), out.map, in.rows());
        });
    register_map_kernel<engine::SoftmaxPairs>(
        table, "softmax_pairs", 1, [](const T& t, const auto&, const In&, Out& out) {
            t.softmax_pairs(out.values.data(), {0, static_cast<int>(out.values.size() / 2)});
        });
}

void run_linear(benchmark::State& state, const KernelTable* table, int in, int out) {
    const OwnedMap weights(1, out, in);
    const OwnedMap input(1, 1, in);
    OwnedMap output(1, 1, out);
    const auto run = [&] {
        table->linear(input.values.data(), in, weights.values.data(), nullptr, Activation::relu,
                      output.values.data(), out);
    };
    report_bytes(state, sizeof(float) * static_cast<double>(weights.values.size()), seconds_each(state, run));
}

void run_subtract_mean(benchmark::State& state, const KernelTable* table, bool rgb) {
    const std::vector<std::uint8_t> pixels(3 * kPictureSize * kPictureSize, 7);
    const int offsets[] = {rgb ? 2 : 0, 1, rgb ? 0 : 2};
    const float mean[] = {104, 117, 123};
    OwnedMap output(kPictureSize, kPictureSize, 3);
    const auto run = [&] {
        table->subtract_mean(pixels.data(), 3 * kPictureSize, 3, offsets, mean, output.map, output.rows());
    };
    report_bytes(state, static_cast<double>(pixels.size() * (1 + sizeof(float))), seconds_each(state, run));
}

void register_arch(const KernelTable& table) {
    const std::string arch = std::string("/") + table.arch + "/";
    for (const ConvUse& use : bench::uses_of<engine::Conv>(kPictureSize)) {
        const std::string kernel = select_conv(table, use.operation.geometry).name;
        benchmark::RegisterBenchmark((kernel + "/" + name_of_conv(use)).c_str(), run_conv, &table, use);
    }
    for (const DeformUse& use : bench::uses_of<engine::DeformConv>(kPictureSize)) {
        const std::string kernel = table.conv_deform->name;
        benchmark::RegisterBenchmark((kernel + "/" + name_of_conv(use)).c_str(), run_deform, &table, use);
    }
    register_map_kernels(table);
    for (const auto& use : bench::uses_of<engine::Linear>(kPictureSize)) {
        const int in = use.operation.in, out = use.operation.out;
        const std::string name = "linear" + arch + std::to_string(in) + "->" + std::to_string(out);
        benchmark::RegisterBenchmark(name.c_str(), run_linear, &table, in, out);
    }
    benchmark::RegisterBenchmark(("subtract_mean" + arch + "bgr/640x640").c_str(), run_subtract_mean, &table,
                                 false);
    benchmark::RegisterBenchmark(("subtract_mean" + arch + "rgb/640x640").c_str(), run_subtract_mean, &table,
                                 true);
}

}  // namespace
}  // namespace featherface::kernels

int main(int argc, char** argv) {
    for (const featherface::kernels::KernelTable* table : featherface::kernels::available_tables()) {
        featherface::kernels::register_arch(*table);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
