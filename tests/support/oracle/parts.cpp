#include "support/oracle/parts.hpp"

#include <utility>

namespace featherface::test::oracle {
namespace {

constexpr double kBifpnEps = 1e-3;

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

Tensor deformable(Modules& m, const Path& path, const Tensor& x) {
    const Tensor offset = m.conv(path + ".offset_conv", x, {1, 1, 1});
    const Tensor modulation = sigmoid(m.conv(path + ".modulator_conv", x, {1, 1, 1}));
    const Tensor mask = weighted_sum({&modulation}, {2});
    return m.returned(path, deform_conv2d(x, m.parameter(path + ".regular_conv.weight"), offset, mask));
}

// A convolution, its BatchNorm and, where the branch has one, its LeakyReLU.
Tensor branch(Modules& m, const Path& path, const Tensor& x, bool deforms, bool activated) {
    Tensor y = deforms ? deformable(m, path + ".0", x) : m.conv(path + ".0", x, {1, 1, 1});
    y = m.batch_norm(path + ".1", y);
    if (activated) y = m.leaky_relu(path + ".2", y);
    return m.returned(path, y);
}

}  // namespace

Levels bifpn(Modules& m, Levels x, int cells) {
    for (int cell = 0; cell < cells; ++cell) x = bifpn_cell(m, "bifpn." + std::to_string(cell), x, cell == 0);
    m.returned_tuple("bifpn", x);
    return x;
}

Tensor ssh(Modules& m, const Path& path, const Tensor& x, bool deforms) {
    const Tensor conv3 = branch(m, path + ".conv3X3", x, deforms, false);
    const Tensor conv5_1 = branch(m, path + ".conv5X5_1", x, deforms, true);
    const Tensor conv5 = branch(m, path + ".conv5X5_2", conv5_1, deforms, false);
    const Tensor conv7_2 = branch(m, path + ".conv7X7_2", conv5_1, deforms, true);
    const Tensor conv7 = branch(m, path + ".conv7x7_3", conv7_2, deforms, false);
    return m.relu(path, concat_channels({&conv3, &conv5, &conv7}));
}

Tensor shuffle_in_two(Modules& m, const Path& path, const Tensor& x) {
    const int half = x.channels() / 2;
    std::vector<int> source(static_cast<std::size_t>(x.channels()));
    for (int g = 0; g < 2; ++g) {
        for (int i = 0; i < half; ++i) source[g * half + i] = 2 * i + g;
    }
    return m.returned(path, permute_channels(x, source));
}

Predictions predictions(Modules& m, const Levels& x, HeadOrder order) {
    const std::pair<Path, int> kinds[] = {{"BboxHead.", 4}, {"ClassHead.", 2}, {"LandmarkHead.", 10}};
    Levels rows[3];  // of each kind, by level
    for (int i = 0; i < 9; ++i) {
        const int kind = order == HeadOrder::kind_by_kind ? i / 3 : i % 3;
        const int level = order == HeadOrder::kind_by_kind ? i % 3 : i / 3;
        const Path path = kinds[kind].first + std::to_string(level);
        rows[kind][level] =
            m.returned(path, rows_per_anchor(m.conv(path + ".conv1x1", x[level]), kinds[kind].second));
    }
    const auto joined = [](const Levels& levels) {
        return concat_rows({&levels[0], &levels[1], &levels[2]});
    };
    return {joined(rows[0]), softmax(joined(rows[1])), joined(rows[2])};
}

}  // namespace featherface::test::oracle
