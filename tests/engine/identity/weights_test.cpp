// From a checkpoint's tensors to a graph's parameters.
#include "engine/identity/weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/graph/builder.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/small_graph.hpp"

namespace featherface::test {
namespace {

using engine::Bias;
using engine::Graph;
using Floats = std::vector<float>;

// A convolution: conv.weight of shape (2, 3, 1, 1) and conv.bias of shape (2).
Graph graph_of_conv() {
    engine::Builder net("Net V7");
    net.output("out", net.conv1x1("conv", net.input(3), 2, Bias::yes));
    return net.finish();
}

const Floats kWeights = {1, 2, 3, 4, 5, 6}, kBiases = {0.5, -0.25};

TorchTensor weight(loaders::DType dtype = loaders::DType::f32) {
    return make_tensor("conv.weight", {2, 3, 1, 1}, kWeights, dtype);
}
TorchTensor bias(loaders::DType dtype = loaders::DType::f32) {
    return make_tensor("conv.bias", {2}, kBiases, dtype);
}

Status bind(Graph& graph, const std::vector<TorchTensor>& tensors) {
    const ByteString file = make_torch_zip(tensors);
    return engine::bind(graph, open_bytes(file));
}

void check_values(const Graph& graph) {
    CHECK(test::find_parameter(graph, "conv.weight")->values == kWeights);
    CHECK(test::find_parameter(graph, "conv.bias")->values == kBiases);
}

TEST_CASE(
    "bind: every parameter gets its tensor's values, in whatever order and floating-point type they are") {
    using loaders::DType;
    for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16}) {
        CAPTURE(loaders::name_of(dtype));
        Graph graph = graph_of_conv();
        const Status status = bind(graph, {bias(dtype), weight(dtype)});
        REQUIRE_MESSAGE(status.ok(), status.message());
        check_values(graph);
    }
}

TEST_CASE("bind: tensors that the graph has no parameter for are ignored") {
    Graph graph = graph_of_conv();
    REQUIRE(bind(graph, {weight(), bias(), make_tensor("other.weight", {1}, Floats{7})}).ok());
    check_values(graph);
    CHECK(graph.parameters.size() == 2);
}

TEST_CASE("bind: a tensor with strides is read in row-major order") {
    TorchTensor transposed = weight();  // in memory 1 4 2 5 3 6
    transposed.bytes = bytes_of_all<float>(Floats{1, 4, 2, 5, 3, 6});
    transposed.strides = {1, 2, 1, 1};
    Graph graph = graph_of_conv();
    REQUIRE(bind(graph, {transposed, bias()}).ok());
    check_values(graph);
}

TEST_CASE("bind: denormal values become zeros, normal ones and what is no number stay") {
    using Limits = std::numeric_limits<float>;
    const Floats odd = {Limits::denorm_min(), -Limits::min() / 2, Limits::min(),
                        -Limits::min(),       Limits::infinity(), Limits::quiet_NaN()};
    Graph graph = graph_of_conv();
    REQUIRE(bind(graph, {make_tensor("conv.weight", {2, 3, 1, 1}, odd), bias()}).ok());
    const Floats& values = test::find_parameter(graph, "conv.weight")->values;
    CHECK(values[0] == 0);
    CHECK(values[1] == 0);
    CHECK(values[2] == Limits::min());
    CHECK(values[3] == -Limits::min());
    CHECK(values[4] == Limits::infinity());
    CHECK(std::isnan(values[5]));
}

TEST_CASE("bind: a missing tensor is named, with its shape, the file and the network that needs it") {
    Graph graph = graph_of_conv();
    check_refused(bind(graph, {weight()}), StatusCode::wrong_model,
                  {"test.pth: ", "'conv.bias'", "(2)", "is missing", "Net V7"});
}

TEST_CASE("bind: a tensor of another shape is named, with both shapes, the file and the network") {
    Graph graph = graph_of_conv();
    const TorchTensor wrong = make_tensor("conv.weight", {3, 2, 1, 1}, kWeights);  // as many elements
    check_refused(bind(graph, {wrong, bias()}), StatusCode::wrong_model,
                  {"test.pth: ", "'conv.weight'", "(3, 2, 1, 1)", "Net V7", "(2, 3, 1, 1)"});
}

TEST_CASE("bind: a tensor of a type that is no floating-point one is named, with the type and the file") {
    TorchTensor whole_numbers = bias();
    whole_numbers.dtype = loaders::DType::i32;
    Graph graph = graph_of_conv();
    check_refused(bind(graph, {weight(), whole_numbers}), StatusCode::unsupported,
                  {"test.pth: ", "'conv.bias'", "int32", "float32"});
}

}  // namespace
}  // namespace featherface::test
