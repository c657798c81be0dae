// RetinaFace-MobileNet0.25 (Deng et al. 2020): a feature pyramid of plain sums and SSH of plain convolutions,
// without attention. What the FeatherFace networks come from.
#include "engine/topologies/parts.hpp"

namespace featherface::engine {

namespace {

constexpr int kRetinaWidth = 64;  // channels after the backbone

// Feature pyramid (Lin et al. 2017): each coarser level, merged already, is added to the finer one.
Pyramid feature_pyramid(Builder& net, const Pyramid& in) {
    const auto normalised = [&](const std::string& path, ValueId x) {
        x = net.batch_norm(path + ".1", x);
        return net.alias(path, net.activate(path + ".2", x, Activation::leaky_relu));
    };
    Pyramid p = in;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string path = "fpn.output" + std::to_string(i + 1);
        p[i] = normalised(path, net.conv1x1(path + ".0", in[i], kRetinaWidth));
    }
    const auto merged = [&](const std::string& path, ValueId fine, ValueId coarse) {
        const ValueId sum = net.add(fine, net.resize_like(coarse, fine));
        return normalised(path, net.conv3x3(path + ".0", sum, kRetinaWidth));
    };
    p[1] = merged("fpn.merge2", p[1], p[2]);
    p[0] = merged("fpn.merge1", p[0], p[1]);
    for (std::size_t i = 0; i < 3; ++i) net.alias("fpn@." + std::to_string(i), p[i]);
    return p;
}

}  // namespace

Graph retinaface() {
    Builder net("RetinaFace-MobileNet0.25");
    const Pyramid stages = mobilenet_stages(net, "body.", net.input(3));
    heads(net, contexts(net, feature_pyramid(net, stages), Context::plain));
    return net.finish();
}

}  // namespace featherface::engine
