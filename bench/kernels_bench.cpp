// Every kernel at the shapes the two networks give it for a 640x640 picture, on every architecture this CPU
// has, one thread: GFLOP/s (a multiply-add is two) for convolutions, GB/s (inputs read once, outputs written
// once) for the rest.
//
//   bench_kernels --benchmark_filter='conv_gemm/avx2'      names are kernel/architecture/shape
#include <benchmark/benchmark.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "kernels/select.hpp"

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

struct ConvShape {
    ConvGeometry geometry;
    int size;  // height and width of the input
};

constexpr ConvGeometry pointwise(int in, int out, int groups = 1) {
    return {in, out, 1, 1, 0, groups};
}
constexpr ConvGeometry conv3x3(int in, int out, int stride = 1, int groups = 1) {
    return {in, out, 3, stride, 1, groups};
}
constexpr ConvGeometry depthwise(int channels, int stride) {
    return conv3x3(channels, channels, stride, channels);
}

constexpr ConvShape kConvShapes[] = {
    // Backbone, both networks.
    {conv3x3(3, 8, 2), 640},
    {depthwise(8, 1), 320},
    {pointwise(8, 16), 320},
    {depthwise(16, 2), 320},
    {pointwise(16, 32), 160},
    {depthwise(32, 1), 160},
    {pointwise(32, 32), 160},
    {depthwise(32, 2), 160},
    {pointwise(32, 64), 80},
    {depthwise(64, 1), 80},
    {pointwise(64, 64), 80},
    {depthwise(64, 2), 80},
    {pointwise(64, 128), 40},
    {depthwise(128, 1), 40},
    {pointwise(128, 128), 40},
    {depthwise(128, 2), 40},
    {pointwise(128, 256), 20},
    {depthwise(256, 1), 20},
    {pointwise(256, 256), 20},
    // Attention, both networks.
    {{2, 1, 7, 1, 3, 1}, 80},
    {{2, 1, 7, 1, 3, 1}, 40},
    {{2, 1, 7, 1, 3, 1}, 20},
    // V1: BiFPN; offsets and masks, apart and as one; channel mix; heads.
    {pointwise(128, 64), 40},
    {pointwise(256, 64), 20},
    {depthwise(64, 1), 40},
    {depthwise(64, 1), 20},
    {pointwise(64, 64), 40},
    {pointwise(64, 64), 20},
    {conv3x3(64, 18), 80},
    {conv3x3(64, 9), 80},
    {conv3x3(64, 27), 80},
    {conv3x3(16, 18), 80},
    {conv3x3(16, 9), 80},
    {conv3x3(16, 27), 80},
    {conv3x3(64, 27), 40},
    {conv3x3(16, 27), 40},
    {conv3x3(64, 27), 20},
    {conv3x3(16, 27), 20},
    {pointwise(64, 32), 80},
    {depthwise(32, 1), 80},
    {pointwise(32, 64), 40},
    {pointwise(64, 8), 80},
    {pointwise(64, 4), 80},
    {pointwise(64, 20), 80},
    // V2: projections, BiFPN, SSH, channel mix, heads.
    {pointwise(128, 32), 40},
    {pointwise(256, 32), 20},
    {pointwise(32, 32), 80},
    {pointwise(32, 32), 40},
    {pointwise(32, 32), 20},
    {depthwise(32, 1), 40},
    {depthwise(32, 1), 20},
    {pointwise(32, 16), 80},
    {pointwise(32, 8), 80},
    {conv3x3(16, 16, 1, 4), 80},
    {conv3x3(8, 8, 1, 4), 80},
    {pointwise(32, 16, 4), 80},
    {pointwise(16, 32, 4), 80},
    {pointwise(32, 4), 80},
    {pointwise(32, 20), 80},
};
constexpr ConvShape kDeformShapes[] = {
    {conv3x3(64, 32), 80}, {conv3x3(64, 16), 80}, {conv3x3(16, 16), 80},
    {conv3x3(64, 32), 40}, {conv3x3(64, 16), 40}, {conv3x3(16, 16), 40},
    {conv3x3(64, 32), 20}, {conv3x3(64, 16), 20}, {conv3x3(16, 16), 20},
};

// The three levels of the pyramid with each network's channels.
struct MapShape {
    int size;
    int channels;
};
constexpr MapShape kMapShapes[] = {{80, 64}, {40, 128}, {20, 256}, {40, 64},
                                   {20, 64}, {80, 32},  {40, 32},  {20, 32}};

std::string name_of(const ConvShape& shape) {
    const ConvGeometry& g = shape.geometry;
    char text[96];
    std::snprintf(text, sizeof text, "%d->%d_k%d_s%d_g%d/%dx%d", g.in_channels, g.out_channels, g.kernel,
                  g.stride, g.groups, shape.size, shape.size);
    return text;
}
std::string name_of(const MapShape& shape) {
    return std::to_string(shape.channels) + "/" + std::to_string(shape.size) + "x" +
           std::to_string(shape.size);
}

int output_size(const ConvShape& shape) {
    const ConvGeometry& g = shape.geometry;
    return (shape.size + 2 * g.pad - g.kernel) / g.stride + 1;
}

void count_flops(benchmark::State& state, const ConvShape& shape) {
    const ConvGeometry& g = shape.geometry;
    const double pixels = static_cast<double>(output_size(shape)) * output_size(shape);
    const double flops = 2.0 * pixels * g.out_channels * (g.in_channels / g.groups) * g.kernel * g.kernel;
    state.counters["FLOP/s"] =
        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

// What the two kinds of convolution have in common: weights, packed, and scratch.
template <class Kernel>
struct Prepared {
    Prepared(const Kernel& kernel, const ConvShape& shape)
        : output(output_size(shape), output_size(shape), shape.geometry.out_channels),
          input(shape.size, shape.size, shape.geometry.in_channels),
          packed(kernel.packed_floats(shape.geometry)),
          scratch(kernel.scratch_floats(shape.geometry, output.map.width)) {
        const ConvGeometry& g = shape.geometry;
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

void run_conv(benchmark::State& state, const ConvKernel* kernel, const ConvShape& shape) {
    const Prepared<ConvKernel> prepared(*kernel, shape);
    for (auto _ : state) kernel->run(prepared.args, prepared.output.rows());
    count_flops(state, shape);
}

void run_deform(benchmark::State& state, const DeformConvKernel* kernel, const ConvShape& shape) {
    const Prepared<DeformConvKernel> prepared(*kernel, shape);
    const int taps = shape.geometry.kernel * shape.geometry.kernel;
    const OwnedMap offset(shape.size, shape.size, 2 * taps, 1.5f);
    const OwnedMap mask(shape.size, shape.size, taps, 3);
    const DeformConvArgs args{prepared.args, offset.input(), mask.input()};
    for (auto _ : state) kernel->run(args, prepared.output.rows());
    count_flops(state, shape);
}

// Registers a benchmark of `run(table, input, output)` on maps of every shape; `maps` is how many maps it
// reads and writes.
template <class Run>
void register_map_kernel(const KernelTable& table, const char* name, int maps, Run run) {
    for (const MapShape& shape : kMapShapes) {
        const std::string full = std::string(name) + "/" + table.arch + "/" + name_of(shape);
        benchmark::RegisterBenchmark(full.c_str(), [&table, shape, maps, run](benchmark::State& state) {
            const OwnedMap input(shape.size, shape.size, shape.channels);
            OwnedMap output(shape.size, shape.size, shape.channels);
            for (auto _ : state) {
                run(table, input, output);
                benchmark::ClobberMemory();
            }
            state.SetBytesProcessed(state.iterations() * maps *
                                    static_cast<std::int64_t>(input.values.size() * sizeof(float)));
        });
    }
}

void register_map_kernels(const KernelTable& table) {
    using T = KernelTable;
    using In = OwnedMap;
    using Out = OwnedMap;
    register_map_kernel(table, "scale_shift", 2, [](const T& t, const In& in, Out& out) {
        t.scale_shift(in.input(), in.values.data(), in.values.data(), out.map, in.rows());
    });
    for (const auto& [name, activation] : {std::pair{"activate_leaky_relu", Activation::leaky_relu},
                                           {"activate_sigmoid", Activation::sigmoid},
                                           {"activate_swish", Activation::swish}}) {
        register_map_kernel(table, name, 2, [chosen = activation](const T& t, const In& in, Out& out) {
            t.activate(in.input(), chosen, 0.1f, out.map, in.rows());
        });
    }
    register_map_kernel(table, "add_relu", 3, [](const T& t, const In& in, Out& out) {
        t.add(in.input(), out.input(), Activation::relu, out.map, in.rows());
    });
    register_map_kernel(table, "weighted_sum_3_swish", 3, [](const T& t, const In& in, Out& out) {
        const ConstMap inputs[] = {in.input(), out.input(), in.input()};
        const float weights[] = {0.3f, 0.3f, 0.4f};
        t.weighted_sum({inputs, weights, 3, Activation::swish, out.map}, in.rows());
    });
    register_map_kernel(table, "scale_channels", 2, [](const T& t, const In& in, Out& out) {
        t.scale_channels(in.input(), in.values.data(), out.map, in.rows());
    });
    register_map_kernel(table, "scale_pixels", 2, [](const T& t, const In& in, Out& out) {
        const ConstMap gate{in.values.data(), in.map.height, in.map.width, 1, 1};
        t.scale_pixels(in.input(), gate, out.map, in.rows());
    });
    register_map_kernel(table, "channel_stats", 1, [](const T& t, const In& in, Out& out) {
        t.channel_stats(in.input(), true, {out.values.data(), in.map.height, in.map.width, 2, 2}, in.rows());
    });
    register_map_kernel(table, "pool_rows", 1, [](const T& t, const In& in, Out& out) {
        t.pool_rows(in.input(), out.values.data(), out.values.data() + in.map.channels, in.rows());
    });
    register_map_kernel(table, "max_pool", 1, [](const T& t, const In& in, Out& out) {
        const Map half{out.values.data(), in.map.height / 2, in.map.width / 2, in.map.channels,
                       in.map.channels};
        t.max_pool({in.input(), half, 1, 1, 0}, {0, half.height});
    });
    register_map_kernel(table, "resize_nearest", 1, [](const T& t, const In& in, Out& out) {
        const ConstMap half{in.values.data(), in.map.height / 2, in.map.width / 2, in.map.channels,
                            in.map.channels};
        t.resize_nearest(half, out.map, in.rows());
    });
    register_map_kernel(table, "copy_channels", 2, [](const T& t, const In& in, Out& out) {
        t.copy_channels(in.input(), nullptr, out.map, in.rows());
    });
    register_map_kernel(table, "softmax_pairs", 2, [](const T& t, const In& in, Out& out) {
        t.softmax_pairs(out.values.data(), {0, static_cast<int>(in.values.size() / 2)});
    });
}

void run_linear(benchmark::State& state, const KernelTable* table, int in, int out) {
    const OwnedMap weights(1, out, in);
    const OwnedMap input(1, 1, in);
    OwnedMap output(1, 1, out);
    for (auto _ : state) {
        table->linear(input.values.data(), in, weights.values.data(), nullptr, Activation::relu,
                      output.values.data(), out);
        benchmark::ClobberMemory();
    }
}

void run_subtract_mean(benchmark::State& state, const KernelTable* table, bool rgb) {
    constexpr int kSize = 640;
    const std::vector<std::uint8_t> pixels(3 * kSize * kSize, 7);
    const int offsets[] = {rgb ? 2 : 0, 1, rgb ? 0 : 2};
    const float mean[] = {104, 117, 123};
    OwnedMap output(kSize, kSize, 3);
    for (auto _ : state) {
        table->subtract_mean(pixels.data(), 3 * kSize, 3, offsets, mean, output.map, output.rows());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() *
                            static_cast<std::int64_t>(pixels.size() * (1 + sizeof(float))));
}

void register_arch(const KernelTable& table) {
    const std::string arch = std::string("/") + table.arch + "/";
    for (const ConvShape& shape : kConvShapes) {
        const ConvKernel* kernel = &select_conv(table, shape.geometry);
        benchmark::RegisterBenchmark((std::string(kernel->name) + "/" + name_of(shape)).c_str(), run_conv,
                                     kernel, shape);
    }
    for (const ConvShape& shape : kDeformShapes) {
        const DeformConvKernel* kernel = table.conv_deform;
        benchmark::RegisterBenchmark((std::string(kernel->name) + "/" + name_of(shape)).c_str(), run_deform,
                                     kernel, shape);
    }
    register_map_kernels(table);
    for (const auto& [in, out] : {std::pair{64, 4}, {4, 64}, {256, 16}, {16, 256}, {256, 1000}}) {
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
