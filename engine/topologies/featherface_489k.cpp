// FeatherFace of 489,015 parameters, a later variant of V1: narrower, two BiFPN cells, no attention, and of
// the channel mix just the shuffle.
#include "engine/topologies/parts.hpp"

namespace featherface::engine {

Graph featherface_489k() {
    Builder net("FeatherFace 489K");
    constexpr int k489kWidth = 56;  // channels after the backbone
    Pyramid p = mobilenet_stages(net, "body.", net.input(3));
    p = contexts(net, bifpn(net, p, k489kWidth, 2), Context::deformable);
    for (std::size_t i = 0; i < 3; ++i) p[i] = shuffle_in_two(net, "cs" + std::to_string(i + 1), p[i]);
    heads(net, p);
    return net.finish();
}

}  // namespace featherface::engine
