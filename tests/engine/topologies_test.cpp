// The networks' graphs: parameters, shapes, and the largest picture.
#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "engine/topologies/topologies.hpp"
#include "featherface/image.hpp"
#include "support/capture.hpp"

namespace featherface::engine {
namespace {

std::int64_t trained_parameters(const Graph& graph) {
    std::int64_t total = 0;
    for (const Parameter& p : graph.parameters) {
        if (p.role != Parameter::Role::trained) continue;
        total += std::accumulate(p.shape.begin(), p.shape.end(), std::int64_t{1}, std::multiplies<>());
    }
    return total;
}

Shape shape_of(const Graph& graph, const std::string& name, int height, int width) {
    const auto shapes = infer_shapes(graph, height, width);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const std::string& known : graph.nodes[i].names) {
            if (known == name) return shapes[i];
        }
    }
    FAIL("no value named " << name);
    return {};
}

const std::vector<Graph>& all_graphs() {
    static const std::vector<Graph> graphs = {
        featherface_v1(),       featherface_v2(),         retinaface(),           featherface_489k(),
        featherface_eca_cbam(), featherface_coordinate(), mobilenet_classifier(), mobilenet_backbone()};
    return graphs;
}

TEST_CASE(
    "topologies: up to the largest picture a count of any layer's values is an int, beyond it nothing is "
    "laid out") {
    for (const Graph& graph : all_graphs()) {
        for (const auto& [height, width] : {std::pair{16384, 16384},
                                            {16, kMaxPictureSide},
                                            {kMaxPictureSide, 16},
                                            {1, kMaxPictureSide},
                                            {kMaxPictureSide, 1}}) {
            for (const Shape& shape : infer_shapes(graph, height, width)) {
                CHECK(shape.elements() <= std::numeric_limits<int>::max());
            }
        }
        CHECK_THROWS_AS(infer_shapes(graph, 16384, 16385), std::length_error);
        CHECK_THROWS_AS(infer_shapes(graph, 1, kMaxPictureSide + 1), std::length_error);
        CHECK_THROWS_AS(infer_shapes(graph, std::numeric_limits<int>::max(), std::numeric_limits<int>::max()),
                        std::length_error);
    }
}

TEST_CASE("topologies: each network has exactly PyTorch's number of trained parameters") {
    CHECK(trained_parameters(featherface_v1()) == 592'371);
    CHECK(trained_parameters(featherface_v2()) == 256'156);
    CHECK(trained_parameters(retinaface()) == 426'608);
    CHECK(trained_parameters(featherface_489k()) == 489'015);
    CHECK(trained_parameters(featherface_eca_cbam()) == 476'345);
    CHECK(trained_parameters(featherface_coordinate()) == 493'095);
    CHECK(trained_parameters(mobilenet_classifier()) == 470'072);
    CHECK(trained_parameters(mobilenet_backbone()) == 213'072);
}

TEST_CASE("topologies: every value is computed from earlier ones, and no name stands for two values") {
    for (const Graph& graph : all_graphs()) {
        CAPTURE(graph.name);
        std::set<std::string> names;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            for (const ValueId input : graph.nodes[i].inputs)
                CHECK((input >= 0 && input < static_cast<int>(i)));
            for (const std::string& name : graph.nodes[i].names) CHECK(names.insert(name).second);
        }
    }
}

TEST_CASE("topologies: a module called again is suffixed and shares its parameters") {
    const Graph v2 = featherface_v2();
    CHECK(shape_of(v2, "backbone_cbam_manager.spatial_gate.spatial.0#2", 64, 64).channels == 1);
    int shared = 0;
    for (const Parameter& p : v2.parameters)
        shared += p.name == "backbone_cbam_manager.spatial_gate.spatial.0.weight";
    CHECK(shared == 1);
}

TEST_CASE("topologies: pyramid levels have ceil(n / stride) cells at any size from 1x1 up") {
    const Graph graphs[] = {featherface_v1(),   featherface_v2(),       retinaface(),
                            featherface_489k(), featherface_eca_cbam(), featherface_coordinate()};
    for (const Graph& graph : graphs) {
        CAPTURE(graph.name);
        for (const auto& [height, width] :
             {std::pair{1, 1}, {1, 10000}, {7, 9}, {31, 33}, {257, 333}, {640, 640}}) {
            FEATHERFACE_CAPTURE(height);
            FEATHERFACE_CAPTURE(width);
            int anchors = 0;
            const std::pair<const char*, int> levels[] = {{"ssh1", 8}, {"ssh2", 16}, {"ssh3", 32}};
            for (const auto& [name, stride] : levels) {
                const Shape shape = shape_of(graph, name, height, width);
                CHECK(shape.height == (height + stride - 1) / stride);
                CHECK(shape.width == (width + stride - 1) / stride);
                anchors += 2 * shape.height * shape.width;
            }
            CHECK(shape_of(graph, "loc", height, width).torch_shape() ==
                  std::vector<std::int64_t>{1, anchors, 4});
            CHECK(shape_of(graph, "conf", height, width).torch_shape() ==
                  std::vector<std::int64_t>{1, anchors, 2});
            CHECK(shape_of(graph, "landms", height, width).torch_shape() ==
                  std::vector<std::int64_t>{1, anchors, 10});
        }
    }
}

TEST_CASE("topologies: shapes are PyTorch's for maps, vectors and fusion weights") {
    const Graph v1 = featherface_v1();
    CHECK(shape_of(v1, "body.stage2.0.3", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 128, 8, 10});
    CHECK(shape_of(v1, "bacbkbone_2_cbam.ChannelGate.mlp.2#1", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 16});
    CHECK(shape_of(v1, "bifpn.2.p5_w2_relu", 128, 160).torch_shape() == std::vector<std::int64_t>{3});
    const Graph eca = featherface_eca_cbam(), coordinate = featherface_coordinate();
    CHECK(shape_of(eca, "backbone_attention_1.eca.conv", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 1, 128});
    CHECK(shape_of(eca, "backbone_attention_1.eca.sigmoid", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 128, 1, 1});
    CHECK(shape_of(coordinate, "ca_p3.conv_h", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 56, 16, 1});
    CHECK(shape_of(coordinate, "ca_p3.activation#1", 128, 160).torch_shape() ==
          std::vector<std::int64_t>{1, 8, 1, 20});
}

}  // namespace
}  // namespace featherface::engine
