// A LayerObserver watches a network run: it is called once per step, with what that computes and how long it
// took.
//
//     struct Printer : featherface::LayerObserver {
//         void layer(const featherface::LayerRun& run) override {
//             std::printf("%-40s %.3f ms\n", std::string(run.name).c_str(), run.end - run.start);
//         }
//     } printer;
//     detector.forward(picture, &printer);
//
// A step of the fused graph covers many PyTorch modules; of a Model loaded with ModelOptions::layerwise each
// step is one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/cxx20.hpp"

namespace featherface {

// One step of one run. It is valid only during the call that gets it.
struct LayerRun {
    int index = 0;          // of the step, from 0, in order of execution
    std::string_view name;  // names[0], else contains[0]; empty where PyTorch has no module for the step
    std::span<const std::string> names;     // module paths whose output the step computes
    std::span<const std::string> contains;  // module paths computed inside a fused step
    std::string_view kind;                  // "conv", "deform_conv", "strips" (several row-wise layers), ...
    std::span<const std::vector<std::int64_t>> input_shapes;  // as PyTorch has them: 1,C,H,W
    std::span<const std::int64_t> output_shape;               // of the first output
    double start = 0, end = 0;  // milliseconds since the network's start, by a monotonic clock
};

// Its methods are called on the thread that runs the network, between steps, and must not throw. The time
// they take is in no step's, but in Timings::network; a run without an observer takes no times of steps at
// all.
class LayerObserver {
  public:
    virtual ~LayerObserver() = default;
    virtual void layer(const LayerRun& run) = 0;
};

}  // namespace featherface
