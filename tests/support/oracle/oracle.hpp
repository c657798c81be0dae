// The project's own naive oracle: the detectors and the MobileNetV1-0.25 classifier as plain loops in double,
// sharing no code with engine, kernels or loaders. It is slow (seconds at 640x640) and exact to rounding in
// double. Weights are named and shaped as in a PyTorch state_dict without "module."; a missing one throws.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "support/oracle/tensor.hpp"

namespace featherface::test::oracle {

using Weights = std::map<std::string, Tensor>;

// Told the output of every PyTorch module, in execution order, under its module path; "#1", "#2" mark the
// later calls of a module, "@.0", "@.1", "@.2" the parts of a tuple. These are the names of the reference
// dumps.
using Observer = std::function<void(const std::string& name, const Tensor& output)>;

struct Predictions {
    Tensor loc;     // 1,A,4
    Tensor conf;    // 1,A,2, after softmax
    Tensor landms;  // 1,A,10
};

// `input` is 1,3,H,W: B, G, R minus (104, 117, 123).
Predictions run_v1(const Weights& weights, const Tensor& input, const Observer& observer = {});
Predictions run_v2(const Weights& weights, const Tensor& input, const Observer& observer = {});
Predictions run_retinaface(const Weights& weights, const Tensor& input, const Observer& observer = {});
Predictions run_489k(const Weights& weights, const Tensor& input, const Observer& observer = {});
Predictions run_eca_cbam(const Weights& weights, const Tensor& input, const Observer& observer = {});
// What a later version of that code makes of the same weights. No checkpoint was trained for it.
Predictions run_parallel_eca_cbam(const Weights& weights, const Tensor& input, const Observer& observer = {});
Predictions run_coordinate(const Weights& weights, const Tensor& input, const Observer& observer = {});

// The detector of that short id in the engine's table: "v1", "ffeca"; or "ffeca_parallel". Throws where there
// is none.
Predictions run_detector(std::string_view network, const Weights& weights, const Tensor& input,
                         const Observer& observer = {});

// `input` is 1,3,224,224: R, G, B in [0, 1], normalised. Returns the logits (1,1000).
Tensor run_classifier(const Weights& weights, const Tensor& input, const Observer& observer = {});

}  // namespace featherface::test::oracle
