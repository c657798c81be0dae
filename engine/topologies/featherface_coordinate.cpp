// FeatherFace with coordinate attention: the variant of 489,015 parameters with that attention between SSH
// and the shuffle.
#include "engine/topologies/parts.hpp"

namespace featherface::engine {

namespace {

// Coordinate attention (Hou, Zhou and Feng 2021): a gate per row and one per column, made of the means along
// them by 1x1 convolutions, the first of which both share.
ValueId coordinate_attention(Builder& net, const std::string& name, ValueId x) {
    constexpr int kHidden = 8;
    const auto gate = [&](ValueId means, const std::string& conv) {
        ValueId strip =
            net.batch_norm(name + ".bn_transform", net.conv1x1(name + ".conv_transform", means, kHidden));
        strip = net.activate(name + ".activation", strip, Activation::relu);
        strip = net.conv1x1(name + "." + conv, strip, net.channels(x));
        return net.activate("", strip, Activation::sigmoid);
    };
    const ValueId row_means = net.row_means(name + ".pool_h", x);
    const ValueId column_means = net.column_means(name + ".pool_w", x);
    const ValueId row_gate = gate(row_means, "conv_h"), column_gate = gate(column_means, "conv_w");
    const ValueId y = net.scale_strips("", x, row_gate, ScaleStrips::Gate::per_row);
    return net.scale_strips(name, y, column_gate, ScaleStrips::Gate::per_column);
}

}  // namespace

Graph featherface_coordinate() {
    Builder net("FeatherFace with coordinate attention");
    constexpr int kCoordinateWidth = 56;  // channels after the backbone
    Pyramid p = mobilenet_stages(net, "body.", net.input(3));
    p = contexts(net, bifpn(net, p, kCoordinateWidth, 2), Context::deformable);
    for (std::size_t i = 0; i < 3; ++i)
        p[i] = coordinate_attention(net, "ca_p" + std::to_string(i + 3), p[i]);
    for (std::size_t i = 0; i < 3; ++i) p[i] = shuffle_in_two(net, "cs" + std::to_string(i + 1), p[i]);
    heads(net, p);
    return net.finish();
}

}  // namespace featherface::engine
