// An engine graph as an ONNX file, so that other runtimes can run the very same network with the very same
// weights. It has standard operators only, all of them FP32, and takes pictures of one size or of any.
#pragma once

#include <optional>
#include <string>

#include "engine/graph/graph.hpp"
#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::tools {

struct OnnxSize {  // in pixels, each at least 1
    int height = 0, width = 0;
};

// `graph` as make_graph() builds it, bound, no pass applied; BatchNorms are folded here, as every runtime
// would. The input is what the engine's input is, laid out as PyTorch does: float32 1,3,height,width, blue,
// green, red minus their means. Without a size, each run has its own: the file says "height", "width" and
// "anchors". Tensors bear the names of PyTorch's modules, inputs and outputs the graph's ("input", "loc",
// "conf", "landms"). Errors: unsupported, naming a node that has no ONNX form.
Result<std::string> export_onnx(engine::Graph graph, std::optional<OnnxSize> size);

// The network in a checkpoint. Errors: wrong_model, and those of engine::bind().
Result<std::string> export_onnx(loaders::Checkpoint& checkpoint, std::optional<OnnxSize> size);

}  // namespace featherface::tools
