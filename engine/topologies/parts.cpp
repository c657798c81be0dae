#include "engine/topologies/parts.hpp"

namespace featherface::engine {

namespace {

constexpr double kBifpnEps = 1e-3;

// One cell. The first one projects the backbone's maps to `width` channels, and projects P4 and P5 a second
// time for the way down.
Pyramid bifpn_cell(Builder& net, const std::string& name, const Pyramid& in, int width, bool first) {
    const auto project = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        x = net.conv1x1(path + ".0.conv", x, width, Bias::yes);
        net.alias(path + ".0", x);
        return net.alias(path, net.batch_norm(path + ".1", x, kBifpnEps));
    };
    const auto sum = [&](const std::string& weights, int count, const Inputs& maps) {
        const std::string path = name + "." + weights;
        return net.weighted_sum(path, path + "_relu", count, maps);
    };
    const auto separable = [&](const std::string& module, ValueId x) {
        const std::string path = name + "." + module;
        x = net.activate(name + ".swish", x, Activation::swish);
        x = net.depthwise3x3(path + ".depthwise_conv.conv", x);
        net.alias(path + ".depthwise_conv", x);
        x = net.conv1x1(path + ".pointwise_conv.conv", x, width, Bias::yes);
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

}  // namespace

Pyramid bifpn(Builder& net, Pyramid p, int width, int cells) {
    for (int cell = 0; cell < cells; ++cell)
        p = bifpn_cell(net, "bifpn." + std::to_string(cell), p, width, cell == 0);
    for (int i = 0; i < 3; ++i) net.alias("bifpn@." + std::to_string(i), p[static_cast<std::size_t>(i)]);
    return p;
}

namespace {

ValueId ssh(Builder& net, const std::string& name, ValueId x, Context context) {
    const int half = net.channels(x) / 2, quarter = net.channels(x) / 4;
    const auto branch = [&](const std::string& module, ValueId in, int out, bool activated) {
        const std::string path = name + "." + module;
        ValueId y = context == Context::deformable ? net.deform_conv3x3(path + ".0", in, out)
                                                   : net.conv3x3(path + ".0", in, out);
        y = net.batch_norm(path + ".1", y);
        if (activated) y = net.activate(path + ".2", y, Activation::leaky_relu);
        return net.alias(path, y);
    };
    const ValueId context3 = branch("conv3X3", x, half, false);
    const ValueId shared = branch("conv5X5_1", x, quarter, true);
    const ValueId context5 = branch("conv5X5_2", shared, quarter, false);
    const ValueId context7 = branch("conv7x7_3", branch("conv7X7_2", shared, quarter, true), quarter, false);
    return net.activate(name, net.concat({context3, context5, context7}), Activation::relu);
}

}  // namespace

Pyramid contexts(Builder& net, Pyramid p, Context context) {
    for (std::size_t i = 0; i < 3; ++i) p[i] = ssh(net, "ssh" + std::to_string(i + 1), p[i], context);
    return p;
}

ValueId shuffle_in_two(Builder& net, const std::string& name, ValueId x) {
    const int half = net.channels(x) / 2;
    std::vector<int> source;
    for (int group = 0; group < 2; ++group) {
        for (int i = 0; i < half; ++i) source.push_back(2 * i + group);
    }
    return net.shuffle(name, x, source);
}

namespace {

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

void heads(Builder& net, const Pyramid& features) {
    const Pyramid boxes = head(net, "BboxHead", features, 4);
    const Pyramid scores = head(net, "ClassHead", features, 2);
    const Pyramid landmarks = head(net, "LandmarkHead", features, 10);
    detector_outputs(net, boxes, scores, landmarks);
}

}  // namespace featherface::engine
