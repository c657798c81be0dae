// RetinaFace-MobileNet0.25 and the later networks of FeatherFace's authors.
#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/oracle/parts.hpp"

namespace featherface::test::oracle {
namespace {

Path numbered(const Path& before, int number) {
    Path path = before;
    return path.append(std::to_string(number));
}

// One output level of RetinaFace's pyramid: a convolution, BatchNorm and LeakyReLU.
Tensor normalised(Modules& m, const Path& path, const Tensor& x, int pad) {
    const Tensor y = m.batch_norm(path + ".1", m.conv(path + ".0", x, {1, pad, 1}));
    return m.returned(path, m.leaky_relu(path + ".2", y));
}

Levels feature_pyramid(Modules& m, const Levels& x) {
    Levels p;
    for (int i = 0; i < 3; ++i) p[i] = normalised(m, numbered("fpn.output", i + 1), x[i], 0);
    p[1] = normalised(m, "fpn.merge2", add(p[1], resize_nearest(p[2], p[1].height(), p[1].width())), 1);
    p[0] = normalised(m, "fpn.merge1", add(p[0], resize_nearest(p[1], p[0].height(), p[0].width())), 1);
    m.returned_tuple("fpn", p);
    return p;
}

// The 1-d convolution along the channel means, as a loop over channels and taps.
Tensor channel_conv(const Tensor& means, const Tensor& filter) {
    const int channels = means.shape[1], taps = filter.shape[2];
    Tensor output = zeros({1, 1, channels});
    for (int c = 0; c < channels; ++c) {
        for (int k = 0; k < taps; ++k) {
            const int from = c + k - (taps - 1) / 2;
            if (from >= 0 && from < channels) output.values[c] += filter.values[k] * means.values[from];
        }
    }
    return output;
}

// The spatial gate sees what the channel gate lets through, or, in the parallel version, what it was given.
enum class Gates { sequential, parallel };

Tensor eca_cbam(Modules& m, const Path& path, const Tensor& x, Gates gates) {
    const Path eca = path + ".eca", sam = path + ".sam";
    Tensor logits =
        m.returned(eca + ".conv", channel_conv(spatial_mean(x), m.parameter(eca + ".conv.weight")));
    logits.shape = {1, x.channels(), 1, 1};
    const Tensor y = m.returned(eca, scale_channels(x, m.returned(eca + ".sigmoid", sigmoid(logits))));

    const Tensor& seen = gates == Gates::sequential ? y : x;
    const Tensor mean = channel_mean(seen), maximum = channel_maximum(seen);
    const Tensor attention = m.conv(sam + ".conv", concat_channels({&mean, &maximum}), {1, 3, 1});
    const Tensor gate = m.returned(sam + ".sigmoid", sigmoid(attention));
    return m.returned(path, m.returned(sam, scale_pixels(y, gate)));
}

// The mean over each row (one column), or over each column (one row).
Tensor strip_of_means(const Tensor& x, bool of_rows) {
    Tensor strip = map_of_zeros(x.channels(), of_rows ? x.height() : 1, of_rows ? 1 : x.width());
    for (int c = 0; c < x.channels(); ++c) {
        for (int row = 0; row < x.height(); ++row) {
            for (int column = 0; column < x.width(); ++column) {
                strip.plane(c)[of_rows ? row : column] +=
                    x.plane(c)[row * x.width() + column] / (of_rows ? x.width() : x.height());
            }
        }
    }
    return strip;
}

Tensor coordinate_attention(Modules& m, const Path& path, const Tensor& x) {
    const Tensor row_means = m.returned(path + ".pool_h", strip_of_means(x, true));
    const Tensor column_means = m.returned(path + ".pool_w", strip_of_means(x, false));
    const auto hidden = [&](const Tensor& means) {
        const Tensor y = m.batch_norm(path + ".bn_transform", m.conv(path + ".conv_transform", means));
        return m.relu(path + ".activation", y);
    };
    const Tensor of_rows = hidden(row_means), of_columns = hidden(column_means);
    const Tensor row_gate = sigmoid(m.conv(path + ".conv_h", of_rows));
    const Tensor column_gate = sigmoid(m.conv(path + ".conv_w", of_columns));
    Tensor output = x;
    for (int c = 0; c < x.channels(); ++c) {
        for (int row = 0; row < x.height(); ++row) {
            for (int column = 0; column < x.width(); ++column) {
                output.plane(c)[row * x.width() + column] *=
                    row_gate.plane(c)[row] * column_gate.plane(c)[column];
            }
        }
    }
    return m.returned(path, output);
}

Levels contexts(Modules& m, Levels x, bool deforms) {
    for (int i = 0; i < 3; ++i) x[i] = ssh(m, numbered("ssh", i + 1), x[i], deforms);
    return x;
}

}  // namespace

Predictions run_retinaface(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    return predictions(m, contexts(m, feature_pyramid(m, m.backbone("body.", input)), false));
}

Predictions run_489k(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    Levels x = contexts(m, bifpn(m, m.backbone("body.", input), 2), true);
    for (int i = 0; i < 3; ++i) x[i] = shuffle_in_two(m, numbered("cs", i + 1), x[i]);
    return predictions(m, x);
}

namespace {

Predictions run_eca_cbam(const Weights& weights, const Tensor& input, const Observer& observer, Gates gates) {
    Modules m(weights, observer);
    Levels x = m.backbone("body.", input);
    for (int i = 0; i < 3; ++i) x[i] = eca_cbam(m, numbered("backbone_attention_", i), x[i], gates);
    x = bifpn(m, std::move(x), 3);
    for (int i = 0; i < 3; ++i) x[i] = eca_cbam(m, numbered("bifpn_attention_", i), x[i], gates);
    x = contexts(m, std::move(x), true);
    for (int i = 0; i < 3; ++i) x[i] = shuffle_in_two(m, numbered("ssh", i + 1) + "_cs", x[i]);
    return predictions(m, x, HeadOrder::level_by_level);
}

}  // namespace

Predictions run_eca_cbam(const Weights& weights, const Tensor& input, const Observer& observer) {
    return run_eca_cbam(weights, input, observer, Gates::sequential);
}

Predictions run_parallel_eca_cbam(const Weights& weights, const Tensor& input, const Observer& observer) {
    return run_eca_cbam(weights, input, observer, Gates::parallel);
}

Predictions run_coordinate(const Weights& weights, const Tensor& input, const Observer& observer) {
    Modules m(weights, observer);
    Levels x = contexts(m, bifpn(m, m.backbone("body.", input), 2), true);
    for (int i = 0; i < 3; ++i) x[i] = coordinate_attention(m, numbered("ca_p", i + 3), x[i]);
    for (int i = 0; i < 3; ++i) x[i] = shuffle_in_two(m, numbered("cs", i + 1), x[i]);
    return predictions(m, x);
}

Predictions run_detector(std::string_view network, const Weights& weights, const Tensor& input,
                         const Observer& observer) {
    using Run = Predictions (*)(const Weights&, const Tensor&, const Observer&);
    constexpr std::pair<std::string_view, Run> kRuns[] = {
        {"v1", run_v1},          {"v2", run_v2},          {"retinaface", run_retinaface},
        {"ff489k", run_489k},    {"ffeca", run_eca_cbam}, {"ffeca_parallel", run_parallel_eca_cbam},
        {"ffca", run_coordinate}};
    const auto found = std::find_if(std::begin(kRuns), std::end(kRuns),
                                    [&](const auto& run) { return run.first == network; });
    return found == std::end(kRuns) ? throw std::invalid_argument("no detector is called so")
                                    : found->second(weights, input, observer);
}

}  // namespace featherface::test::oracle
