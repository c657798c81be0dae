#include "support/seeded_graph.hpp"

#include <doctest/doctest.h>

#include "engine/topologies/topologies.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {

namespace {

class Collector final : public engine::Observer {
  public:
    explicit Collector(NamedValues& into) : into_(into) {}

    void after_step(const engine::Node& node, const engine::Shape& shape, engine::ConstMap map) override {
        std::vector<float> values;
        const bool is_map = shape.kind == engine::Shape::Kind::map;
        for (int c = 0; c < (is_map ? map.channels : 1); ++c) {
            for (int y = 0; y < map.height; ++y) {
                for (int x = 0; x < map.width; ++x) {
                    const float* pixel = map.pixel(y, x);
                    values.insert(values.end(), pixel + c, pixel + (is_map ? c + 1 : map.channels));
                }
            }
        }
        for (const std::string& name : node.names) {
            into_.values[name] = values;
            into_.shapes[name] = shape.torch_shape();
        }
    }

  private:
    NamedValues& into_;
};

}  // namespace

engine::Graph seeded_graph(std::string_view network) {
    engine::Graph graph = network == "v1"   ? engine::featherface_v1()
                          : network == "v2" ? engine::featherface_v2()
                                            : engine::mobilenet_classifier();
    for (engine::Parameter& parameter : graph.parameters) {
        parameter.values = seeded_values(parameter.name, parameter.shape);
    }
    return graph;
}

oracle::Weights seeded_oracle_weights(std::string_view network) {
    oracle::Weights weights;
    for (const SeededTensor& tensor : seeded_tensors(network)) {
        if (tensor.is_counter()) continue;
        const std::vector<float> values = seeded_values(tensor.name, tensor.shape);
        weights[tensor.name] = {{tensor.shape.begin(), tensor.shape.end()}, {values.begin(), values.end()}};
    }
    return weights;
}

oracle::Tensor seeded_input(std::string_view network, int height, int width) {
    constexpr double kDetectorMean[3] = {104, 117, 123};
    constexpr double kMean[3] = {0.406, 0.456, 0.485}, kDeviation[3] = {0.225, 0.224, 0.229};  // blue first
    const std::vector<std::uint8_t> image = seeded_image(height, width);
    oracle::Tensor input = oracle::map_of_zeros(3, height, width);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const int c = static_cast<int>(i % 3);
        if (network == "classifier") {
            input.plane(2 - c)[i / 3] = static_cast<float>((image[i] / 255.0 - kMean[c]) / kDeviation[c]);
        } else {
            input.plane(c)[i / 3] = image[i] - kDetectorMean[c];
        }
    }
    return input;
}

NamedValues run_program(const engine::Program& program, const oracle::Tensor& input, int threads) {
    engine::ThreadPool pool(threads);
    const engine::Plan plan = engine::make_plan(program, input.height(), input.width(), threads);
    const engine::AlignedBuffer workspace(plan.workspace_floats);
    const std::vector<float> nchw(input.values.begin(), input.values.end());
    NamedValues named;
    Collector collector(named);
    engine::execute(program, plan, workspace, pool, {{}, nchw}, &collector);
    return named;
}

}  // namespace featherface::test
