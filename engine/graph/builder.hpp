// Builds a Graph the way a PyTorch module's forward() reads: one call per module, named by its path. A module
// called again gets the suffix "#1", "#2", ... and shares its parameters; "" is a function call no module
// stands for.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/graph/graph.hpp"

namespace featherface::engine {

enum class Bias { no, yes };

class Builder {
  public:
    explicit Builder(std::string graph_name);

    // The picture, as the network reads it: "input".
    ValueId input(int channels);

    // Parameters: <name>.weight and, with Bias::yes, <name>.bias.
    ValueId conv(const std::string& name, ValueId x, ConvGeometry geometry, Bias bias = Bias::no);
    ValueId conv1x1(const std::string& name, ValueId x, int out, Bias bias = Bias::no, int groups = 1);
    ValueId conv3x3(const std::string& name, ValueId x, int out, int stride = 1, Bias bias = Bias::no,
                    int groups = 1);
    ValueId depthwise3x3(const std::string& name, ValueId x, int stride = 1);
    // Modulated deformable 3x3 as FeatherFace writes it: <name>.offset_conv, <name>.modulator_conv (both with
    // bias) and <name>.regular_conv.weight.
    ValueId deform_conv3x3(const std::string& name, ValueId x, int out);
    ValueId batch_norm(const std::string& name, ValueId x, double eps = 1e-5);
    ValueId linear(const std::string& name, ValueId x, int out, Bias bias);
    ValueId channel_conv(const std::string& name, ValueId x, int kernel);

    ValueId activate(const std::string& name, ValueId x, Activation activation);
    ValueId add(ValueId a, ValueId b);
    ValueId weighted_sum(const std::string& parameter, const std::string& relu_name, int weight_count,
                         Inputs maps);
    ValueId resize_like(ValueId x, ValueId like);
    ValueId max_pool(const std::string& name, ValueId x, MaxPool::Padding padding);
    ValueId global_pool(const std::string& name, ValueId x, GlobalPool::Kind kind);
    ValueId row_means(const std::string& name, ValueId x);
    ValueId column_means(const std::string& name, ValueId x);
    ValueId scale_channels(const std::string& name, ValueId x, ValueId gate);
    ValueId scale_pixels(const std::string& name, ValueId x, ValueId gate);
    ValueId scale_strips(const std::string& name, ValueId x, ValueId strip, ScaleStrips::Gate gate);
    ValueId channel_stats(const std::string& name, ValueId x, bool max_first);
    ValueId concat(Inputs values);
    ValueId shuffle(const std::string& name, ValueId x, std::vector<int> source);
    ValueId to_anchors(const std::string& name, ValueId x, int values);
    ValueId to_pixel(ValueId x);
    ValueId softmax_pairs(ValueId x);

    // `name` is a container (or a second name) whose output is `value`; returns it.
    ValueId alias(const std::string& name, ValueId value);
    void output(const std::string& name, ValueId value);

    int channels(ValueId value) const { return channels_[static_cast<std::size_t>(value)]; }
    Graph finish() { return std::move(graph_); }

  private:
    ValueId row_stats(ValueId x);
    ValueId append(const std::string& name, Operation operation, Inputs inputs, int channels);
    ParameterId parameter(const std::string& module, std::string_view name, TensorShape shape,
                          Parameter::Role role = Parameter::Role::trained);
    std::string call_name(const std::string& name);

    Graph graph_;
    std::vector<int> channels_;                   // of each value
    std::unordered_map<std::string, int> calls_;  // how often each module was called
};

}  // namespace featherface::engine
