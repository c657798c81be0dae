// FeatherFace V1: backbone, CBAM, three BiFPN cells, CBAM, deformable SSH, channel mix, heads.
#include "engine/topologies/parts.hpp"

namespace featherface::engine {

namespace {

constexpr int kV1Width = 64;  // channels after the backbone

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

// Channel shuffle (Zhang et al. 2018, 2 groups) and a linear bottleneck.
ValueId channel_mix(Builder& net, const std::string& name, ValueId x) {
    x = shuffle_in_two(net, name + ".0", x);
    x = net.conv1x1(name + ".1", x, kV1Width / 2);
    x = net.batch_norm(name + ".2", x);
    x = net.depthwise3x3(name + ".3", x);
    x = net.batch_norm(name + ".4", x);
    x = net.conv1x1(name + ".5", x, kV1Width);
    x = net.batch_norm(name + ".6", x);
    return net.alias(name, net.activate(name + ".7", x, Activation::relu));
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
    p = bifpn(net, p, kV1Width, 3);
    for (std::size_t i = 0; i < 3; ++i) {
        p[i] = attention(net, "bif_cbam_" + levels[i], "bif_relu_" + levels[i], p[i]);
    }
    p = contexts(net, p, Context::deformable);
    for (std::size_t i = 0; i < 3; ++i) p[i] = channel_mix(net, "ssh" + std::to_string(i + 1) + "_cs", p[i]);
    heads(net, p);
    return net.finish();
}

}  // namespace featherface::engine
