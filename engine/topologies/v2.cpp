// FeatherFace V2: V1's backbone, then everything at half the width: shared spatial gates, two BiFPN cells,
// grouped SSH, grouped channel mix, one head module per level.
#include <algorithm>

#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

namespace {

constexpr int kV2Width = 32;  // channels after the backbone
constexpr int kGroups = 4;
constexpr double kV2BifpnEps = 1e-3;

// CBAM with a channel gate per level and one spatial gate for all, and the residual: relu(cbam(x) + x).
Pyramid attention(Builder& net, const std::string& manager, const std::array<std::string, 3>& gates,
                  Pyramid p) {
    for (std::size_t level = 0; level < 3; ++level) {
        const ValueId x = p[level];
        const int c = net.channels(x);
        const std::string channel = manager + ".channel_gates." + gates[level], mlp = channel + ".mlp";
        const std::string spatial = manager + ".spatial_gate";
        const auto gate_logits = [&](GlobalPool::Kind kind) {
            ValueId v = net.linear(mlp + ".0", net.global_pool("", x, kind), std::max(c / 32, 4), Bias::no);
            v = net.activate(mlp + ".1", v, Activation::relu);
            return net.alias(mlp, net.linear(mlp + ".2", v, c, Bias::no));
        };
        const ValueId average = gate_logits(GlobalPool::Kind::average);
        const ValueId maximum = gate_logits(GlobalPool::Kind::maximum);
        const ValueId channel_gate = net.activate("", net.add(average, maximum), Activation::sigmoid);
        const ValueId y = net.scale_channels(channel, x, channel_gate);

        ValueId s = net.channel_stats("", y, /*max_first=*/false);
        s = net.conv(spatial + ".spatial.0", s, {.out_channels = 1, .kernel = 7, .pad = 3});
        s = net.batch_norm(spatial + ".spatial.1", s);
        net.alias(spatial + ".spatial", s);
        const ValueId attended = net.scale_pixels(spatial, y, net.activate("", s, Activation::sigmoid));
        net.alias(manager, attended);
        p[level] = net.activate("relu", net.add(attended, x), Activation::relu);
    }
    return p;
}

Pyramid bifpn_cell(Builder& net, const std::string& name, Pyramid p, bool first) {
    const auto project = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        return net.alias(path,
                         net.batch_norm(path + ".1", net.conv1x1(path + ".0", x, kV2Width), kV2BifpnEps));
    };
    const auto sum = [&](const std::string& weights, int count, const Inputs& maps) {
        return net.weighted_sum(name + "." + weights, name + ".relu", count, maps);
    };
    const auto separable = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        x = net.activate(name + ".swish", x, Activation::swish);
        x = net.batch_norm(path + ".bn1", net.depthwise3x3(path + ".depthwise", x));
        x = net.activate(path + ".relu", x, Activation::relu);
        x = net.batch_norm(path + ".bn2", net.conv1x1(path + ".pointwise", x, kV2Width));
        return net.alias(path, x);
    };
    const auto down = [&](const std::string& module, ValueId x) {
        return net.max_pool(name + "." + module, x, MaxPool::Padding::one);
    };

    if (first)
        p = {project("p3_down_channel", p[0]), project("p4_down_channel", p[1]),
             project("p5_down_channel", p[2])};
    const ValueId p4_up = separable("conv4_up", sum("p4_w1", 2, {p[1], net.resize_like(p[2], p[1])}));
    const ValueId p3_out = separable("conv3_up", sum("p3_w1", 2, {p[0], net.resize_like(p4_up, p[0])}));
    const ValueId p4_out =
        separable("conv4_down", sum("p4_w2", 3, {p[1], p4_up, down("p4_downsample", p3_out)}));
    const ValueId p4_out_down = down("p5_downsample", p4_out);
    const ValueId p4_up_down = down("p5_downsample", p4_up);
    const ValueId p5_out = separable("conv5_down", sum("p5_w2", 3, {p[2], p4_out_down, p4_up_down}));

    const Pyramid out = {p3_out, p4_out, p5_out};
    for (int i = 0; i < 3; ++i) net.alias(name + "@." + std::to_string(i), out[static_cast<std::size_t>(i)]);
    return out;
}

ValueId ssh(Builder& net, const std::string& name, ValueId x) {
    // `first` is the index of the 3x3 convolution inside the module; its BatchNorm follows.
    const auto grouped = [&](const std::string& path, ValueId in, int out, int first) {
        ValueId y = net.conv3x3(path + "." + std::to_string(first), in, out, 1, Bias::no, kGroups);
        return net.batch_norm(path + "." + std::to_string(first + 1), y);
    };
    const auto reduced = [&](const std::string& path, int out) {
        ValueId y = net.batch_norm(path + ".1", net.conv1x1(path + ".0", x, out));
        y = net.activate(path + ".2", y, Activation::relu);
        return net.alias(path, grouped(path, y, out, 3));
    };
    const ValueId context3 = reduced(name + ".conv3x3", 16);
    const ValueId shared = reduced(name + ".conv5x5_1", 8);
    const std::string path5 = name + ".conv5x5_2", path7 = name + ".conv7x7_2", path7b = name + ".conv7x7_3";
    const ValueId context5 = net.alias(path5, grouped(path5, shared, 8, 0));
    const ValueId middle7 =
        net.alias(path7, net.activate(path7 + ".2", grouped(path7, shared, 8, 0), Activation::relu));
    const ValueId context7 = net.alias(path7b, grouped(path7b, middle7, 8, 0));
    return net.activate(name, net.concat({context3, context5, context7}), Activation::relu);
}

ValueId grouped_channel_mix(Builder& net, const std::string& name, ValueId x) {
    std::vector<int> source;
    for (int i = 0; i < kV2Width / kGroups; ++i) {
        for (int group = 0; group < kGroups; ++group) source.push_back(group * (kV2Width / kGroups) + i);
    }
    const std::string conv = name + ".conv";
    x = net.shuffle("", x, source);
    x = net.batch_norm(conv + ".1", net.conv1x1(conv + ".0", x, kV2Width / 2, Bias::no, kGroups));
    x = net.activate(conv + ".2", x, Activation::relu);
    x = net.batch_norm(conv + ".4", net.conv1x1(conv + ".3", x, kV2Width, Bias::no, kGroups));
    x = net.activate(conv + ".5", x, Activation::relu);
    return net.alias(name, net.alias(conv, x));
}

}  // namespace

Graph featherface_v2() {
    Builder net("FeatherFace V2");
    Pyramid p = mobilenet_stages(net, "body.", net.input(3));
    p = attention(net, "backbone_cbam_manager", {"stage1", "stage2", "stage3"}, p);
    for (int cell = 0; cell < 2; ++cell) p = bifpn_cell(net, "bifpn." + std::to_string(cell), p, cell == 0);
    for (int i = 0; i < 3; ++i) net.alias("bifpn@." + std::to_string(i), p[static_cast<std::size_t>(i)]);
    p = attention(net, "bifpn_cbam_manager", {"p3", "p4", "p5"}, p);

    Pyramid boxes{}, scores{}, landmarks{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string path = "ssh" + std::to_string(i + 1);
        p[i] = grouped_channel_mix(net, path + "_cs", ssh(net, path, p[i]));
    }
    for (std::size_t i = 0; i < 3; ++i) {
        // The module returns (class, box, landmarks): "@.0" to "@.2".
        const std::string path = "shared_heads." + std::to_string(i);
        const ValueId cls = net.conv1x1(path + ".cls_head", p[i], 2 * 2, Bias::yes);
        const ValueId box = net.conv1x1(path + ".bbox_head", p[i], 2 * 4, Bias::yes);
        const ValueId ldm = net.conv1x1(path + ".ldm_head", p[i], 2 * 10, Bias::yes);
        scores[i] = net.to_anchors(path + "@.0", cls, 2);
        boxes[i] = net.to_anchors(path + "@.1", box, 4);
        landmarks[i] = net.to_anchors(path + "@.2", ldm, 10);
    }
    detector_outputs(net, boxes, scores, landmarks);
    return net.finish();
}

}  // namespace featherface::engine
