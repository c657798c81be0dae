// FeatherFace V1: CBAM, three BiFPN cells, CBAM again, deformable SSH, channel mix, heads.
#include <string>
#include <utility>

#include "support/oracle/parts.hpp"

namespace featherface::test::oracle {
namespace {

Tensor channel_gate(Modules& m, const Path& path, const Tensor& x) {
    const auto mlp = [&](const Tensor& pooled) {
        const Tensor flat = m.returned(path + ".mlp.0", pooled);
        const Tensor hidden = m.relu(path + ".mlp.2", m.linear(path + ".mlp.1", flat));
        return m.returned(path + ".mlp", m.linear(path + ".mlp.3", hidden));
    };
    const Tensor of_mean = mlp(spatial_mean(x));
    const Tensor of_maximum = mlp(spatial_maximum(x));
    return m.returned(path, scale_channels(x, sigmoid(add(of_mean, of_maximum))));
}

Tensor spatial_gate(Modules& m, const Path& path, const Tensor& x) {
    const Tensor maximum = channel_maximum(x), mean = channel_mean(x);
    const Tensor compressed = m.returned(path + ".compress", concat_channels({&maximum, &mean}));
    const Tensor attention = m.conv(path + ".spatial.conv", compressed, {1, 3, 1});
    const Tensor gate = m.returned(path + ".spatial", m.batch_norm(path + ".spatial.bn", attention));
    return m.returned(path, scale_pixels(x, sigmoid(gate)));
}

Tensor cbam(Modules& m, const Path& path, const Tensor& x) {
    return m.returned(path,
                      spatial_gate(m, path + ".SpatialGate", channel_gate(m, path + ".ChannelGate", x)));
}

// CBAM on every level, then the residuals and ReLUs: the order the modules run in.
Levels attend(Modules& m, const Path& cbam_prefix, const Path& cbam_suffix, const Path& relu_prefix,
              const Levels& x) {
    Levels attended, outputs;
    for (int i = 0; i < 3; ++i) attended[i] = cbam(m, cbam_prefix + std::to_string(i) + cbam_suffix, x[i]);
    for (int i = 0; i < 3; ++i) outputs[i] = m.relu(relu_prefix + std::to_string(i), add(attended[i], x[i]));
    return outputs;
}

Tensor channel_mix(Modules& m, const Path& path, const Tensor& x) {
    const int half = x.channels() / 2;
    Tensor y = shuffle_in_two(m, path + ".0", x);
    y = m.batch_norm(path + ".2", m.conv(path + ".1", y));
    y = m.batch_norm(path + ".4", m.conv(path + ".3", y, {1, 1, half}));
    y = m.batch_norm(path + ".6", m.conv(path + ".5", y));
    return m.returned(path, m.relu(path + ".7", y));
}

}  // namespace

Predictions run_v1(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    Levels x = attend(m, "bacbkbone_", "_cbam", "relu_", m.backbone("body.", input));
    x = bifpn(m, std::move(x), 3);
    x = attend(m, "bif_cbam_", "", "bif_relu_", x);
    for (int i = 0; i < 3; ++i) x[i] = ssh(m, "ssh" + std::to_string(i + 1), x[i], true);
    for (int i = 0; i < 3; ++i) x[i] = channel_mix(m, "ssh" + std::to_string(i + 1) + "_cs", x[i]);
    return predictions(m, x);
}

}  // namespace featherface::test::oracle
