// V1 as PyTorch's exporter writes it (BatchNorms folded, deformable convolutions as DeformConv) against ours.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "onnx/reader.hpp"
#include "support/files.hpp"
#include "support/shared_data.hpp"
#include "tools/onnx/export.hpp"

namespace featherface::tools {
namespace {

using test::OnnxModel;
using test::OnnxNode;

std::vector<const OnnxNode*> nodes_of(const OnnxModel& model, const std::string& operation) {
    std::vector<const OnnxNode*> found;
    for (const OnnxNode& node : model.nodes) {
        if (node.operation == operation) found.push_back(&node);
    }
    return found;
}

TEST_CASE("onnx: V1 has the nodes and weights of PyTorch's own export") {
    FEATHERFACE_SHARED_FILE(checkpoint, "weights/mobilenet0.25_Final.pth");
    for (const int size : {320, 640}) {
        FEATHERFACE_SHARED_FILE(reference_file, "peers/v1_" + std::to_string(size) + "_folded.onnx");
        CAPTURE(size);
        auto opened = loaders::Checkpoint::open(checkpoint);
        REQUIRE_MESSAGE(opened.ok(), opened.status().message());
        const auto bytes = export_onnx(opened.value(), OnnxSize{size, size});
        REQUIRE_MESSAGE(bytes.ok(), bytes.status().message());
        const OnnxModel ours = test::read_onnx(bytes.value());
        const std::vector<std::uint8_t> file = test::read_file(reference_file);
        const OnnxModel reference =
            test::read_onnx({reinterpret_cast<const char*>(file.data()), file.size()});

        CHECK(ours.inputs == reference.inputs);
        CHECK(ours.outputs.at("loc") == reference.outputs.at("bbox"));
        CHECK(ours.outputs.at("conf") == reference.outputs.at("cls"));
        CHECK(ours.outputs.at("landms") == reference.outputs.at("landm"));

        // It writes the shuffle as Reshape, Transpose, Reshape, the vectors of gates as Unsqueeze, and the
        // backbone's maximum as a MaxPool as large as the map; the rest is the same.
        auto our_counts = ours.operation_counts(), counts = reference.operation_counts();
        for (const char* operation :
             {"Gather", "Reshape", "Transpose", "Unsqueeze", "MaxPool", "GlobalMaxPool"}) {
            our_counts.erase(operation);
            counts.erase(operation);
        }
        CHECK(our_counts == counts);

        // BatchNorms are folded in double here and in float there.
        constexpr double kTolerance = 1e-5;
        for (const char* operation : {"Conv", "DeformConv", "Gemm"}) {
            const auto our_nodes = nodes_of(ours, operation), nodes = nodes_of(reference, operation);
            REQUIRE(our_nodes.size() == nodes.size());
            for (std::size_t i = 0; i < nodes.size(); ++i) {
                CAPTURE(nodes[i]->outputs.at(0));
                const test::OnnxConstant& our_weight = ours.constants.at(our_nodes[i]->inputs.at(1));
                const test::OnnxConstant& weight = reference.constants.at(nodes[i]->inputs.at(1));
                REQUIRE(our_weight.dims == weight.dims);
                double largest = 0;
                for (std::size_t k = 0; k < weight.floats.size(); ++k) {
                    largest =
                        std::max(largest, std::abs(double{our_weight.floats[k]} - double{weight.floats[k]}) /
                                              std::max(1.0, std::abs(double{weight.floats[k]})));
                }
                CHECK(largest <= kTolerance);
            }
        }
    }
}

}  // namespace
}  // namespace featherface::tools
