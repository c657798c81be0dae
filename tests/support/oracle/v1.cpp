// FeatherFace V1: CBAM, three BiFPN cells, CBAM again, deformable SSH, channel mix, heads.
#include <string>

#include "support/oracle/modules.hpp"

namespace featherface::test::oracle {
namespace {

constexpr double kBifpnEps = 1e-3;

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

Tensor project(Modules& m, const Path& path, const Tensor& x) {
    const Tensor projected = m.returned(path + ".0", m.conv(path + ".0.conv", x));
    return m.returned(path, m.batch_norm(path + ".1", projected, kBifpnEps));
}

Tensor separable(Modules& m, const Path& path, const Tensor& x) {
    const Tensor depthwise =
        m.returned(path + ".depthwise_conv", m.conv(path + ".depthwise_conv.conv", x, {1, 1, x.channels()}));
    const Tensor pointwise =
        m.returned(path + ".pointwise_conv", m.conv(path + ".pointwise_conv.conv", depthwise));
    return m.returned(path, m.batch_norm(path + ".bn", pointwise, kBifpnEps));
}

Tensor downsample(Modules& m, const Path& path, const Tensor& x) {
    return m.returned(path, m.returned(path + ".pool", max_pool_same(x)));
}

Levels bifpn_cell(Modules& m, const Path& path, const Levels& x, bool first) {
    const auto weights = [&](const Path& name) {
        return m.fusion_weights(path + name + "_relu", m.parameter(path + name));
    };
    const auto fuse = [&](const std::vector<const Tensor*>& maps, const std::vector<double>& w,
                          const Path& conv) {
        return separable(m, path + conv, m.returned(path + ".swish", swish(weighted_sum(maps, w))));
    };
    const auto projected = [&](const Path& name, const Tensor& level) {
        return first ? project(m, path + name, level) : level;
    };

    const Tensor p3 = projected(".p3_down_channel", x[0]);
    Tensor p4 = projected(".p4_down_channel", x[1]);
    Tensor p5 = projected(".p5_down_channel", x[2]);

    std::vector<double> w = weights(".p4_w1");
    const Tensor p5_up = resize_nearest(p5, p4.height(), p4.width());
    const Tensor p4_up = fuse({&p4, &p5_up}, w, ".conv4_up");

    w = weights(".p3_w1");
    const Tensor p4_up_up = resize_nearest(p4_up, p3.height(), p3.width());
    const Tensor p3_out = fuse({&p3, &p4_up_up}, w, ".conv3_up");

    if (first) {
        p4 = project(m, path + ".p4_down_channel_2", x[1]);
        p5 = project(m, path + ".p5_down_channel_2", x[2]);
    }

    w = weights(".p4_w2");
    const Tensor p3_down = downsample(m, path + ".p4_downsample", p3_out);
    const Tensor p4_out = fuse({&p4, &p4_up, &p3_down}, w, ".conv4_down");

    w = weights(".p5_w2");  // three weights are normalised, two are used
    const Tensor p4_down = downsample(m, path + ".p5_downsample", p4_out);
    const Tensor p5_out = fuse({&p5, &p4_down}, w, ".conv5_down");

    const Levels outputs = {p3_out, p4_out, p5_out};
    m.returned_tuple(path, outputs);
    return outputs;
}

// The deformable convolution, its BatchNorm and, where the branch has one, its LeakyReLU.
Tensor deformable(Modules& m, const Path& path, const Tensor& x, bool activated) {
    const Tensor offset = m.conv(path + ".0.offset_conv", x, {1, 1, 1});
    const Tensor modulation = sigmoid(m.conv(path + ".0.modulator_conv", x, {1, 1, 1}));
    const Tensor mask = weighted_sum({&modulation}, {2});
    Tensor y =
        m.returned(path + ".0", deform_conv2d(x, m.parameter(path + ".0.regular_conv.weight"), offset, mask));
    y = m.batch_norm(path + ".1", y);
    if (activated) y = m.leaky_relu(path + ".2", y);
    return m.returned(path, y);
}

Tensor ssh(Modules& m, const Path& path, const Tensor& x) {
    const Tensor conv3 = deformable(m, path + ".conv3X3", x, false);
    const Tensor conv5_1 = deformable(m, path + ".conv5X5_1", x, true);
    const Tensor conv5 = deformable(m, path + ".conv5X5_2", conv5_1, false);
    const Tensor conv7_2 = deformable(m, path + ".conv7X7_2", conv5_1, true);
    const Tensor conv7 = deformable(m, path + ".conv7x7_3", conv7_2, false);
    return m.relu(path, concat_channels({&conv3, &conv5, &conv7}));
}

Tensor channel_mix(Modules& m, const Path& path, const Tensor& x) {
    const int half = x.channels() / 2;
    std::vector<int> source(static_cast<std::size_t>(x.channels()));
    for (int g = 0; g < 2; ++g) {
        for (int i = 0; i < half; ++i) source[g * half + i] = 2 * i + g;
    }
    Tensor y = m.returned(path + ".0", permute_channels(x, source));
    y = m.batch_norm(path + ".2", m.conv(path + ".1", y));
    y = m.batch_norm(path + ".4", m.conv(path + ".3", y, {1, 1, half}));
    y = m.batch_norm(path + ".6", m.conv(path + ".5", y));
    return m.returned(path, m.relu(path + ".7", y));
}

Tensor heads(Modules& m, const Path& path, int values, const Levels& x) {
    Levels rows;
    for (int i = 0; i < 3; ++i) {
        const Path head = path + "." + std::to_string(i);
        rows[i] = m.returned(head, rows_per_anchor(m.conv(head + ".conv1x1", x[i]), values));
    }
    return concat_rows({&rows[0], &rows[1], &rows[2]});
}

}  // namespace

Predictions run_v1(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    Levels x = attend(m, "bacbkbone_", "_cbam", "relu_", m.backbone("body.", input));
    for (int cell = 0; cell < 3; ++cell) x = bifpn_cell(m, "bifpn." + std::to_string(cell), x, cell == 0);
    m.returned_tuple("bifpn", x);
    x = attend(m, "bif_cbam_", "", "bif_relu_", x);
    for (int i = 0; i < 3; ++i) x[i] = ssh(m, "ssh" + std::to_string(i + 1), x[i]);
    for (int i = 0; i < 3; ++i) x[i] = channel_mix(m, "ssh" + std::to_string(i + 1) + "_cs", x[i]);
    Tensor loc = heads(m, "BboxHead", 4, x);
    Tensor conf = softmax(heads(m, "ClassHead", 2, x));
    Tensor landms = heads(m, "LandmarkHead", 10, x);
    return {std::move(loc), std::move(conf), std::move(landms)};
}

}  // namespace featherface::test::oracle
