// FeatherFace V2: shared attention managers, two BiFPN cells, grouped SSH, grouped channel mix, shared heads.
#include <string>
#include <utility>

#include "support/oracle/modules.hpp"

namespace featherface::test::oracle {
namespace {

constexpr double kProjectionEps = 1e-3;
constexpr int kGroups = 4;

Tensor channel_gate(Modules& m, const Path& path, const Tensor& x) {
    const auto mlp = [&](const Tensor& pooled) {
        const Tensor hidden = m.relu(path + ".mlp.1", m.linear(path + ".mlp.0", pooled));
        return m.returned(path + ".mlp", m.linear(path + ".mlp.2", hidden));
    };
    const Tensor of_mean = mlp(spatial_mean(x));
    const Tensor of_maximum = mlp(spatial_maximum(x));
    return m.returned(path, scale_channels(x, sigmoid(add(of_mean, of_maximum))));
}

Tensor spatial_gate(Modules& m, const Path& path, const Tensor& x) {
    const Tensor mean = channel_mean(x), maximum = channel_maximum(x);
    const Tensor attention = m.conv(path + ".spatial.0", concat_channels({&mean, &maximum}), {1, 3, 1});
    const Tensor gate = m.returned(path + ".spatial", m.batch_norm(path + ".spatial.1", attention));
    return m.returned(path, scale_pixels(x, sigmoid(gate)));
}

// One manager serves all levels: a channel gate for each, one spatial gate, one residual ReLU after each
// level.
Levels attend(Modules& m, const Path& manager, const std::array<Path, 3>& gates, const Levels& x) {
    Levels outputs;
    for (int i = 0; i < 3; ++i) {
        const Tensor gated = channel_gate(m, manager + ".channel_gates." + gates[i], x[i]);
        const Tensor attended = m.returned(manager, spatial_gate(m, manager + ".spatial_gate", gated));
        outputs[i] = m.relu("relu", add(attended, x[i]));
    }
    return outputs;
}

Tensor project(Modules& m, const Path& path, const Tensor& x) {
    return m.returned(path, m.batch_norm(path + ".1", m.conv(path + ".0", x), kProjectionEps));
}

Tensor separable(Modules& m, const Path& path, const Tensor& x) {
    Tensor y = m.batch_norm(path + ".bn1", m.conv(path + ".depthwise", x, {1, 1, x.channels()}));
    y = m.conv(path + ".pointwise", m.relu(path + ".relu", y));
    return m.returned(path, m.batch_norm(path + ".bn2", y));
}

Levels bifpn_cell(Modules& m, const Path& path, const Levels& x, bool first) {
    const auto weights = [&](const Path& name) {
        return m.fusion_weights(path + ".relu", m.parameter(path + name));
    };
    const auto fuse = [&](const std::vector<const Tensor*>& maps, const std::vector<double>& w,
                          const Path& conv) {
        return separable(m, path + conv, m.returned(path + ".swish", swish(weighted_sum(maps, w))));
    };
    const auto downsample = [&](const Path& name, const Tensor& map) {
        return m.returned(path + name, max_pool_pad1(map));
    };
    const auto projected = [&](const Path& name, const Tensor& level) {
        return first ? project(m, path + name, level) : level;
    };

    const Tensor p3 = projected(".p3_down_channel", x[0]);
    const Tensor p4 = projected(".p4_down_channel", x[1]);
    const Tensor p5 = projected(".p5_down_channel", x[2]);

    std::vector<double> w = weights(".p4_w1");
    const Tensor p5_up = resize_nearest(p5, p4.height(), p4.width());
    const Tensor p4_up = fuse({&p4, &p5_up}, w, ".conv4_up");

    w = weights(".p3_w1");
    const Tensor p4_up_up = resize_nearest(p4_up, p3.height(), p3.width());
    const Tensor p3_out = fuse({&p3, &p4_up_up}, w, ".conv3_up");

    w = weights(".p4_w2");
    const Tensor p3_down = downsample(".p4_downsample", p3_out);
    const Tensor p4_out = fuse({&p4, &p4_up, &p3_down}, w, ".conv4_down");

    w = weights(".p5_w2");
    const Tensor p4_out_down = downsample(".p5_downsample", p4_out);
    const Tensor p4_up_down = downsample(".p5_downsample", p4_up);
    const Tensor p5_out = fuse({&p5, &p4_out_down, &p4_up_down}, w, ".conv5_down");

    const Levels outputs = {p3_out, p4_out, p5_out};
    m.returned_tuple(path, outputs);
    return outputs;
}

Tensor ssh(Modules& m, const Path& path, const Tensor& x) {
    // Sequences of convolution, BatchNorm and ReLU, numbered from `first`.
    const auto grouped = [&](const Path& branch, int first, const Tensor& map) {
        const Tensor y = m.conv(branch + "." + std::to_string(first), map, {1, 1, kGroups});
        return m.batch_norm(branch + "." + std::to_string(first + 1), y);
    };
    const auto reduced = [&](const Path& branch) {
        const Tensor y = m.batch_norm(branch + ".1", m.conv(branch + ".0", x));
        return m.returned(branch, grouped(branch, 3, m.relu(branch + ".2", y)));
    };
    const Tensor conv3 = reduced(path + ".conv3x3");
    const Tensor conv5_1 = reduced(path + ".conv5x5_1");
    const Tensor conv5 = m.returned(path + ".conv5x5_2", grouped(path + ".conv5x5_2", 0, conv5_1));
    const Tensor conv7_2 = m.returned(
        path + ".conv7x7_2", m.relu(path + ".conv7x7_2.2", grouped(path + ".conv7x7_2", 0, conv5_1)));
    const Tensor conv7 = m.returned(path + ".conv7x7_3", grouped(path + ".conv7x7_3", 0, conv7_2));
    return m.relu(path, concat_channels({&conv3, &conv5, &conv7}));
}

Tensor channel_mix(Modules& m, const Path& path, const Tensor& x) {
    const int group_width = x.channels() / kGroups;
    std::vector<int> source(static_cast<std::size_t>(x.channels()));
    for (int i = 0; i < group_width; ++i) {
        for (int g = 0; g < kGroups; ++g) source[i * kGroups + g] = g * group_width + i;
    }
    Tensor y = permute_channels(x, source);
    y = m.batch_norm(path + ".conv.1", m.conv(path + ".conv.0", y, {1, 0, kGroups}));
    y = m.conv(path + ".conv.3", m.relu(path + ".conv.2", y), {1, 0, kGroups});
    y = m.relu(path + ".conv.5", m.batch_norm(path + ".conv.4", y));
    return m.returned(path, m.returned(path + ".conv", y));
}

}  // namespace

Predictions run_v2(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    Levels x = m.backbone("body.", input);
    x = attend(m, "backbone_cbam_manager", {"stage1", "stage2", "stage3"}, x);
    for (int cell = 0; cell < 2; ++cell) x = bifpn_cell(m, "bifpn." + std::to_string(cell), x, cell == 0);
    m.returned_tuple("bifpn", x);
    x = attend(m, "bifpn_cbam_manager", {"p3", "p4", "p5"}, x);

    Levels loc, conf, landms;
    for (int i = 0; i < 3; ++i) {
        const Path path = "ssh" + std::to_string(i + 1);
        x[i] = channel_mix(m, path + "_cs", ssh(m, path, x[i]));
    }
    for (int i = 0; i < 3; ++i) {
        const Path head = Path("shared_heads.") + std::to_string(i);
        conf[i] = rows_per_anchor(m.conv(head + ".cls_head", x[i]), 2);
        loc[i] = rows_per_anchor(m.conv(head + ".bbox_head", x[i]), 4);
        landms[i] = rows_per_anchor(m.conv(head + ".ldm_head", x[i]), 10);
        m.returned_tuple(head, {conf[i], loc[i], landms[i]});
    }
    const auto joined = [](const Levels& levels) {
        return concat_rows({&levels[0], &levels[1], &levels[2]});
    };
    return {joined(loc), softmax(joined(conf)), joined(landms)};
}

}  // namespace featherface::test::oracle
