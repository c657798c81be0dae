// FeatherFace ECA-CBAM: V1 with a cheaper attention, narrower, and of the channel mix just the shuffle.
#include "engine/topologies/parts.hpp"

namespace featherface::engine {

namespace {

// The channel gate of ECA-Net (Wang et al. 2020), then the spatial gate of CBAM on what it lets through.
// Nothing is added to that: no residual, no ReLU.
ValueId eca_cbam(Builder& net, const std::string& name, ValueId x) {
    const std::string eca = name + ".eca", sam = name + ".sam";
    // The filter's length grows with log2 of the channels: 3 for 52 and 64, 5 for 128 and 256.
    const int taps = net.channels(x) > 64 ? 5 : 3;
    const ValueId means = net.global_pool("", x, GlobalPool::Kind::average);
    const ValueId channel_gate = net.activate(
        eca + ".sigmoid", net.to_pixel(net.channel_conv(eca + ".conv", means, taps)), Activation::sigmoid);
    const ValueId y = net.scale_channels(eca, x, channel_gate);

    ValueId s = net.channel_stats("", y, /*max_first=*/false);
    s = net.conv(sam + ".conv", s, {.out_channels = 1, .kernel = 7, .pad = 3});
    s = net.activate(sam + ".sigmoid", s, Activation::sigmoid);
    return net.alias(name, net.scale_pixels(sam, y, s));
}

}  // namespace

Graph featherface_eca_cbam() {
    Builder net("FeatherFace ECA-CBAM");
    constexpr int kEcaWidth = 52;  // channels after the backbone
    Pyramid p = mobilenet_stages(net, "body.", net.input(3));
    for (std::size_t i = 0; i < 3; ++i) p[i] = eca_cbam(net, "backbone_attention_" + std::to_string(i), p[i]);
    p = bifpn(net, p, kEcaWidth, 3);
    for (std::size_t i = 0; i < 3; ++i) p[i] = eca_cbam(net, "bifpn_attention_" + std::to_string(i), p[i]);
    p = contexts(net, p, Context::deformable);
    for (std::size_t i = 0; i < 3; ++i)
        p[i] = shuffle_in_two(net, "ssh" + std::to_string(i + 1) + "_cs", p[i]);
    heads(net, p);
    return net.finish();
}

}  // namespace featherface::engine
