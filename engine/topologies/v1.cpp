// FeatherFace V1: backbone, CBAM, three BiFPN cells, CBAM, deformable SSH, channel mix, heads.
#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

namespace {

constexpr int kWidth = 64;  // channels after the backbone
constexpr double kBifpnEps = 1e-3;

// CBAM (Woo et al. 2018) and the residual around it: relu(cbam(x) + x).
ValueId attention(Builder& net, const std::string& name, const std::string& relu_name, ValueId x) {
    const std::string channel = name + ".ChannelGate", mlp = channel + ".mlp",
                      spatial = name + ".SpatialGate";
    const int c = net.channels(x);
    const auto gate_logits = [&](GlobalPool::Kind kind) {
        ValueId v = net.global_pool(mlp + ".0", x, kind);
        v = net.linear(mlp + ".1", v, c / 16, Bias::yes);
        v = net.activate(mlp + ".2", v, Activation::relu);
        v = net.linear(mlp + ".3", v, c, Bias::yes);
        return net.alias(mlp, v);
    };
    const ValueId average = gate_logits(GlobalPool::Kind::average);
    const ValueId maximum = gate_logits(GlobalPool::Kind::maximum);
    const ValueId channel_gate = net.activate("", net.add(average, maximum), Activation::sigmoid);
    const ValueId y = net.scale_channels(channel, x, channel_gate);

    ValueId s = net.channel_stats(spatial + ".compress", y, /*max_first=*/true);
    s = net.conv(spatial + ".spatial.conv", s, {.out_channels = 1, .kernel = 7, .pad = 3});
    s = net.batch_norm(spatial + ".spatial.bn", s);
    net.alias(spatial + ".spatial", s);
    const ValueId attended = net.scale_pixels(spatial, y, net.activate("", s, Activation::sigmoid));
    net.alias(name, attended);
    return net.activate(relu_name, net.add(attended, x), Activation::relu);
}

// One BiFPN cell (Tan et al. 2020, EfficientDet). The first one projects the backbone's maps to kWidth
// channels, and projects P4 and P5 a second time for the way down.
Pyramid bifpn_cell(Builder& net, const std::string& name, const Pyramid& in, bool first) {
    const auto project = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        x = net.conv1x1(path + ".0.conv", x, kWidth, Bias::yes);
        net.alias(path + ".0", x);
        return net.alias(path, net.batch_norm(path + ".1", x, kBifpnEps));
    };
    const auto sum = [&](const std::string& weights, int count, std::initializer_list<ValueId> maps) {
        const std::string path = name + "." + weights;
        return net.weighted_sum(path, path + "_relu", count, maps);
    };
    const auto separable = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        x = net.activate(name + ".swish", x, Activation::swish);
        x = net.depthwise3x3(path + ".depthwise_conv.conv", x);
        net.alias(path + ".depthwise_conv", x);
        x = net.conv1x1(path + ".pointwise_conv.conv", x, kWidth, Bias::yes);
        net.alias(path + ".pointwise_conv", x);
        return net.alias(path, net.batch_norm(path + ".bn", x, kBifpnEps));
    };
    const auto down = [&](const std::string& module, ValueId x) {
        x = net.max_pool(name + "." + module + ".pool", x, MaxPool::Padding::same_with_zeros);
        return net.alias(name + "." + module, x);
    };

    Pyramid p = in;
    if (first)
        p = {project("p3_down_channel", in[0]), project("p4_down_channel", in[1]),
             project("p5_down_channel", in[2])};

    const ValueId p4_up = separable("conv4_up", sum("p4_w1", 2, {p[1], net.resize_like(p[2], p[1])}));
    const ValueId p3_out = separable("conv3_up", sum("p3_w1", 2, {p[0], net.resize_like(p4_up, p[0])}));
    if (first) {
        p[1] = project("p4_down_channel_2", in[1]);
        p[2] = project("p5_down_channel_2", in[2]);
    }
    const ValueId p4_out =
        separable("conv4_down", sum("p4_w2", 3, {p[1], p4_up, down("p4_downsample", p3_out)}));
    // p5_w2 has three weights, normalised together, of which this network uses two.
    const ValueId p5_out = separable("conv5_down", sum("p5_w2", 3, {p[2], down("p5_downsample", p4_out)}));

    const Pyramid out = {p3_out, p4_out, p5_out};
    for (int i = 0; i < 3; ++i) net.alias(name + "@." + std::to_string(i), out[static_cast<std::size_t>(i)]);
    return out;
}

// SSH context module (Najibi et al. 2017) on deformable convolutions.
ValueId ssh(Builder& net, const std::string& name, ValueId x) {
    const auto branch = [&](const std::string& module, ValueId in, int out, bool activated) {
        const std::string path = name + "." + module;
        ValueId y = net.deform_conv3x3(path + ".0", in, out);
        y = net.batch_norm(path + ".1", y);
        if (activated) y = net.activate(path + ".2", y, Activation::leaky_relu);
        return net.alias(path, y);
    };
    const ValueId context3 = branch("conv3X3", x, 32, false);
    const ValueId shared = branch("conv5X5_1", x, 16, true);
    const ValueId context5 = branch("conv5X5_2", shared, 16, false);
    const ValueId context7 = branch("conv7x7_3", branch("conv7X7_2", shared, 16, true), 16, false);
    return net.activate(name, net.concat({context3, context5, context7}), Activation::relu);
}

// Channel shuffle (Zhang et al. 2018, 2 groups) and a linear bottleneck.
ValueId channel_mix(Builder& net, const std::string& name, ValueId x) {
    std::vector<int> source;
    for (int group = 0; group < 2; ++group) {
        for (int i = 0; i < kWidth / 2; ++i) source.push_back(2 * i + group);
    }
    x = net.shuffle(name + ".0", x, source);
    x = net.conv1x1(name + ".1", x, kWidth / 2);
    x = net.batch_norm(name + ".2", x);
    x = net.depthwise3x3(name + ".3", x);
    x = net.batch_norm(name + ".4", x);
    x = net.conv1x1(name + ".5", x, kWidth);
    x = net.batch_norm(name + ".6", x);
    return net.alias(name, net.activate(name + ".7", x, Activation::relu));
}

// Two anchors per cell, `values` numbers each.
Pyramid head(Builder& net, const std::string& name, const Pyramid& features, int values) {
    Pyramid out{};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string path = name + "." + std::to_string(i);
        out[i] =
            net.to_anchors(path, net.conv1x1(path + ".conv1x1", features[i], 2 * values, Bias::yes), values);
    }
    return out;
}

}  // namespace

Graph featherface_v1() {
    Builder net("FeatherFace V1");
    Pyramid p = mobilenet_stages(net, "body.", net.input(3));

    const std::string levels[] = {"0", "1", "2"};
    for (std::size_t i = 0; i < 3; ++i) {
        // "bacbkbone": the checkpoints' own spelling.
        p[i] = attention(net, "bacbkbone_" + levels[i] + "_cbam", "relu_" + levels[i], p[i]);
    }
    for (std::size_t cell = 0; cell < 3; ++cell) p = bifpn_cell(net, "bifpn." + levels[cell], p, cell == 0);
    for (std::size_t i = 0; i < 3; ++i) net.alias("bifpn@." + levels[i], p[i]);
    for (std::size_t i = 0; i < 3; ++i) {
        p[i] = attention(net, "bif_cbam_" + levels[i], "bif_relu_" + levels[i], p[i]);
    }
    for (std::size_t i = 0; i < 3; ++i) p[i] = ssh(net, "ssh" + std::to_string(i + 1), p[i]);
    for (std::size_t i = 0; i < 3; ++i) p[i] = channel_mix(net, "ssh" + std::to_string(i + 1) + "_cs", p[i]);

    const Pyramid boxes = head(net, "BboxHead", p, 4);
    const Pyramid scores = head(net, "ClassHead", p, 2);
    const Pyramid landmarks = head(net, "LandmarkHead", p, 10);
    detector_outputs(net, boxes, scores, landmarks);
    return net.finish();
}

}  // namespace featherface::engine
