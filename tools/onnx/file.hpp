// An ONNX file being written: nodes, constants, inputs and outputs of one graph, in the terms of the ONNX
// specification (onnx.proto; standard operators of kOpset). All tensors are named; float32 and int64 only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/onnx/protobuf.hpp"

namespace featherface::tools {

constexpr int kOpset = 19;  // the first with DeformConv

using Dims = std::vector<std::int64_t>;

// An extent of an input or output: a number, or the name of one that each run has anew.
using OnnxExtent = std::variant<std::int64_t, std::string_view>;

struct OnnxAttribute {
    std::string_view name;
    std::variant<std::int64_t, float, std::string_view, Dims> value;
};

class OnnxFile {
  public:
    // Row-major values, as many as the dims say.
    void add_constant(std::string_view name, const Dims& dims, std::span<const float> values);
    void add_constant(std::string_view name, const Dims& dims, std::span<const std::int64_t> values);

    // Computes tensor `output`; nodes come after those whose outputs they read. An input named "" is one left
    // out.
    void add_node(std::string_view operation, std::initializer_list<std::string_view> inputs,
                  std::string_view output, std::initializer_list<OnnxAttribute> attributes = {});
    void add_node(std::string_view operation, std::span<const std::string> inputs, std::string_view output,
                  std::initializer_list<OnnxAttribute> attributes = {});

    void add_input(std::string_view name, std::span<const OnnxExtent> extents);
    void add_output(std::string_view name, std::span<const OnnxExtent> extents);

    // The whole file.
    std::string bytes(std::string_view graph_name) const;

  private:
    ProtobufMessage graph_;
};

}  // namespace featherface::tools
