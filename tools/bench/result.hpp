// What a benchmark found: the one thing that every format, the comparison with a baseline and the report
// show. Times are in nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "featherface/model.hpp"
#include "tools/bench/baseline.hpp"
#include "tools/bench/groups.hpp"
#include "tools/measure/machine.hpp"
#include "tools/measure/statistics.hpp"
#include "tools/measure/work.hpp"

namespace featherface::tools {

// What the machine can do, measured.
struct Peaks {
    double flops = 0;      // FP32 operations per second, out of registers, on as many threads as the network
    double bandwidth = 0;  // bytes read and written per second inside a working set as large as the network's
};

// The least time the machine needs for some work: the roofline model (Williams, Waterman and Patterson 2009).
struct Bound {
    double time = 0;  // the longer of the arithmetic and of moving the bytes
    bool by_memory = false;
};
Bound bound_of(const engine::Work& work, const Peaks& peaks);

// Floating-point operations per byte; 0 where nothing moves.
double intensity_of(const engine::Work& work);

// What a step of the network computes, or a stage of a fused one.
struct Computation {
    std::vector<std::string> names = {};     // module paths whose output it computes
    std::vector<std::string> contains = {};  // module paths computed on the way there
    std::string kind = {}, kernel = {};
    Group group = Group::other;
    std::vector<std::int64_t> output_shape = {};
    engine::Work work = {};  // as executed: a grouped convolution that a shuffle was folded into is dense

    // The first module path, or the kind where PyTorch has no module for it.
    std::string title() const;
};

// Its work is as if it ran alone; its time is its part of the step's median, as the threads divided theirs.
struct StageResult : Computation {
    double time = 0;
};

struct LayerResult : Computation {
    int index = 0;  // in order of execution
    std::vector<std::vector<std::int64_t>> input_shapes = {};
    Summary time = {};
    std::vector<StageResult> stages = {};  // of a fused step of several layers
};

// Time of a part of the detector, stages of fused steps counted to the parts they belong to.
struct GroupResult {
    Group group = Group::other;
    double time = 0;
    engine::Work work;
};

// One model, at one size, on so many threads, by one architecture's kernels.
struct CaseResult {
    std::string name;     // Case::name(): what runs are compared by
    std::string network;  // "FeatherFace V1"
    std::string file, sha256;
    Precision precision = Precision::float32;
    std::int64_t parameters = 0;
    int width = 0, height = 0, threads = 1;
    std::string arch;
    bool layerwise = false;

    double load = 0;   // from opening the checkpoint to packed weights
    double first = 0;  // laying memory out and the first run, which touches all of it for the first time
    Summary pre, network_time, post;
    double cpu = 0;                // median of the processor time of all threads during a run of the network
    engine::Work work;             // of the network as PyTorch defines it
    std::size_t memory_bytes = 0;  // of values and scratch, without weights
    std::optional<Peaks> peaks;    // unless they were not asked for

    // There are some only of a benchmark by layer.
    std::vector<LayerResult> layers;
    std::vector<GroupResult> groups;
    // Medians over the runs, each against the plain run beside it.
    double layer_sum = 1;  // of the layers' times, as a fraction of the plain run
    double overhead = 0;   // what taking the layers' times adds to a run, as a fraction of it

    std::string layer_name(const LayerResult& layer) const;  // "<name>/layer:3:relu_1"
    double sum_of_medians() const;                           // of the layers: what shares are of
    double gflops() const;                                   // a second, by the median
};

struct BenchResult {
    Machine machine;
    std::string version, date;  // of the program; ISO 8601
    std::vector<CaseResult> cases;
    std::vector<std::string> warnings;                 // reasons to doubt the numbers
    std::optional<std::vector<BaselineRow>> baseline;  // if there was one to compare with
};

}  // namespace featherface::tools
