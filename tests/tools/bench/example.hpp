// A benchmark's result made up by hand, for tests of how results are shown.
#pragma once

#include "tools/bench/result.hpp"

namespace featherface::test {

// 11 runs of `microseconds`, each a percent of it more than the one before.
inline tools::Summary times_around(double microseconds) {
    std::vector<double> samples;
    for (int i = 0; i <= 10; ++i) samples.push_back(microseconds * 1e3 * (0.95 + 0.01 * i));
    return tools::summarize(samples);
}

// V1 fused and layer by layer: two steps, one of which is fused from two layers. The machine does 100 GFLOP/s
// and 10 GB/s.
inline tools::BenchResult example_result() {
    using namespace tools;
    BenchResult result;
    result.machine = {.cpu = "A CPU",
                      .cores = 2,
                      .megahertz = 3000,
                      .governor = "",
                      .load_average = 0.25,
                      .host = "host",
                      .build = "gcc 1, Release",
                      .optimised = true};
    result.version = "1.2.3";
    result.date = "2026-01-02T03:04:05+0000";

    CaseResult fused;
    fused.name = "FeatherFace V1/64x32/threads:1/avx2/fused";
    fused.network = "FeatherFace V1";
    fused.file = "v1.pth";
    fused.sha256 = std::string(64, 'a');
    fused.parameters = 592'371;
    fused.width = 64;
    fused.height = 32;
    fused.arch = "avx2";
    fused.load = 5e6;
    fused.first = 7e6;
    fused.pre = times_around(1);
    fused.network_time = times_around(100);
    fused.post = times_around(2);
    fused.cpu = 99e3;
    fused.work = {.multiply_adds = 1'000'000, .map_bytes = 4000, .weight_bytes = 96};
    fused.memory_bytes = 1 << 20;
    fused.peaks = Peaks{.flops = 100e9, .bandwidth = 10e9};
    fused.layer_sum = 0.99;
    fused.overhead = 0.004;

    LayerResult strips{
        Computation{.names = {"body.stage1", "body.stage1.0.2"},
                    .contains = {"body.stage1.0.0", "body.stage1.0.1"},
                    .kind = "strips",
                    .kernel = "strips",
                    .group = Group::backbone,
                    .output_shape = {1, 8, 16, 32},
                    .work = {.multiply_adds = 900'000, .map_bytes = 3000, .weight_bytes = 90}}};
    strips.input_shapes = {{1, 3, 32, 64}};
    strips.time = times_around(80);
    StageResult conv{Computation{.names = {},
                                 .contains = {"body.stage1.0.0", "body.stage1.0.1"},
                                 .kind = "conv",
                                 .kernel = "conv_gemm_avx2",
                                 .group = Group::backbone,
                                 .output_shape = {1, 8, 16, 32},
                                 .work = {.multiply_adds = 900'000, .map_bytes = 3000}}};
    conv.time = 60e3;
    StageResult scale = conv;
    scale.names = {"relu_0"};
    scale.contains = {};
    scale.kind = "scale_channels";
    scale.group = Group::attention;
    scale.work = {};
    scale.time = 20e3;
    strips.stages = {conv, scale};

    LayerResult softmax{Computation{.names = {"conf"},
                                    .kind = "softmax",
                                    .kernel = "softmax_avx2",
                                    .group = Group::heads,
                                    .output_shape = {1, 84, 2},
                                    .work = {.map_bytes = 1344}}};
    softmax.index = 1;
    softmax.input_shapes = {{1, 84, 2}};
    softmax.time = times_around(20);
    fused.layers = {strips, softmax};
    fused.groups = {{Group::pre, 1e3, {}},
                    {Group::backbone, 60e3, conv.work},
                    {Group::attention, 20e3, {}},
                    {Group::heads, 20e3, {}},
                    {Group::post, 2e3, {}}};

    CaseResult layerwise = fused;
    layerwise.name = "FeatherFace V1/64x32/threads:1/avx2/layerwise";
    layerwise.layerwise = true;
    layerwise.network_time = times_around(170);
    LayerResult first{conv}, second{scale};
    first.names = {"body.stage1.0.0"};
    first.contains = {};
    first.time = times_around(110);
    second.index = 1;
    second.names = {"body.stage1.0.2"};
    second.time = times_around(40);
    softmax.index = 2;
    layerwise.layers = {first, second, softmax};

    result.cases = {fused, layerwise};
    return result;
}

}  // namespace featherface::test
