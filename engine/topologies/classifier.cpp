// The ImageNet classifier the backbone is pretrained as, and the bare backbone.
#include "engine/topologies/topologies.hpp"

namespace featherface::engine {

Graph mobilenet_classifier() {
    Builder net("MobileNetV1-0.25 classifier");
    const Pyramid stages = mobilenet_stages(net, "", net.input(3));
    const ValueId pooled = net.global_pool("avg", stages[2], GlobalPool::Kind::average);
    net.output("logits", net.linear("fc", pooled, 1000, Bias::yes));
    return net.finish();
}

Graph mobilenet_backbone() {
    Builder net("MobileNetV1-0.25 backbone");
    const Pyramid stages = mobilenet_stages(net, "", net.input(3));
    net.output("p3", stages[0]);
    net.output("p4", stages[1]);
    net.output("p5", stages[2]);
    return net.finish();
}

}  // namespace featherface::engine
