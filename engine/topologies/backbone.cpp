// MobileNetV1 x0.25: a strided stem, then depthwise-separable blocks.
#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

namespace {

// depthwise 3x3, BatchNorm, LeakyReLU, pointwise, BatchNorm, LeakyReLU
ValueId separable(Builder& net, const std::string& name, ValueId x, int out, int stride) {
    x = net.depthwise3x3(name + ".0", x, stride);
    x = net.batch_norm(name + ".1", x);
    x = net.activate(name + ".2", x, Activation::leaky_relu);
    x = net.conv1x1(name + ".3", x, out);
    x = net.batch_norm(name + ".4", x);
    x = net.activate(name + ".5", x, Activation::leaky_relu);
    return net.alias(name, x);
}

ValueId stem(Builder& net, const std::string& name, ValueId image) {
    ValueId x = net.conv3x3(name + ".0", image, 8, /*stride=*/2);
    x = net.batch_norm(name + ".1", x);
    x = net.activate(name + ".2", x, Activation::leaky_relu);
    return net.alias(name, x);
}

}  // namespace

Pyramid mobilenet_stages(Builder& net, const std::string& prefix, ValueId image) {
    const std::string stage1 = prefix + "stage1", stage2 = prefix + "stage2", stage3 = prefix + "stage3";

    ValueId x = stem(net, stage1 + ".0", image);
    x = separable(net, stage1 + ".1", x, 16, 1);
    x = separable(net, stage1 + ".2", x, 32, 2);
    x = separable(net, stage1 + ".3", x, 32, 1);
    x = separable(net, stage1 + ".4", x, 64, 2);
    x = separable(net, stage1 + ".5", x, 64, 1);
    const ValueId p3 = net.alias(stage1, x);

    x = separable(net, stage2 + ".0", p3, 128, 2);
    for (int i = 1; i <= 5; ++i) x = separable(net, stage2 + "." + std::to_string(i), x, 128, 1);
    const ValueId p4 = net.alias(stage2, x);

    x = separable(net, stage3 + ".0", p4, 256, 2);
    x = separable(net, stage3 + ".1", x, 256, 1);
    const ValueId p5 = net.alias(stage3, x);
    return {p3, p4, p5};
}

void detector_outputs(Builder& net, const Pyramid& boxes, const Pyramid& scores, const Pyramid& landmarks) {
    net.output("loc", net.concat({boxes[0], boxes[1], boxes[2]}));
    net.output("conf", net.softmax_pairs(net.alias("logits", net.concat({scores[0], scores[1], scores[2]}))));
    net.output("landms", net.concat({landmarks[0], landmarks[1], landmarks[2]}));
}

}  // namespace featherface::engine
