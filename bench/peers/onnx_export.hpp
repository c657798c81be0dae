// An engine graph as an ONNX file, so that other runtimes can run the very same network with the very same
// weights. It has standard operators only, all of them FP32, and one fixed picture size.
#pragma once

#include <filesystem>
#include <string>

#include "engine/graph/graph.hpp"
#include "featherface/status.hpp"

namespace featherface::bench {

// `graph` as make_graph() builds it, bound, no pass applied; BatchNorms are folded here, as every runtime
// would. The input is what the engine's input is, laid out as PyTorch does: float32 1,3,height,width, blue,
// green, red minus their means. Tensors bear the names of PyTorch's modules, inputs and outputs the graph's
// ("input", "loc", "conf", "landms"). Errors: unsupported, naming a node that has no ONNX form.
Result<std::string> export_onnx(engine::Graph graph, int height, int width);

// The network in a checkpoint file. Errors: those of Model::load().
Result<std::string> export_onnx(const std::filesystem::path& checkpoint, int height, int width);

}  // namespace featherface::bench
