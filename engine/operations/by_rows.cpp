// Operators whose output rows are independent of one another and need no memory of their own: BatchNorm,
// activations, sums, gates, softmax, windows, resizing, shuffles.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/operations/operator.hpp"
#include "engine/operations/row_dependence.hpp"

namespace featherface::engine {

namespace {

// An operator whose work on a range of output rows is one call of `Body`.
template <class Body>
class ByRows final : public RowOperator {
  public:
    explicit ByRows(Body body) : body_(std::move(body)) {}
    void run_rows(const Call& call, int, Rows rows) const override { body_(call, rows); }

  private:
    Body body_;
};

template <class Body>
std::unique_ptr<Operator> by_rows(Body body) {
    return std::make_unique<ByRows<Body>>(std::move(body));
}

std::vector<float> rectified(const std::vector<float>& values) {
    std::vector<float> result(values);
    for (float& value : result) value = std::max(value, 0.0f);
    return result;
}

}  // namespace

std::unique_ptr<Operator> make_batch_norm(const Graph& graph, const BatchNorm& op, const KernelTable& table) {
    const auto& mean = values_of(graph, op.mean);
    std::vector<float> scale(mean.size()), shift(mean.size());
    for (std::size_t c = 0; c < mean.size(); ++c) {
        const double s =
            values_of(graph, op.weight)[c] / std::sqrt(double{values_of(graph, op.variance)[c]} + op.eps);
        scale[c] = static_cast<float>(s);
        shift[c] = static_cast<float>(values_of(graph, op.bias)[c] - mean[c] * s);
    }
    return by_rows([scale = std::move(scale), shift = std::move(shift), &table](const Call& call, Rows rows) {
        table.scale_shift(call.inputs[0], scale.data(), shift.data(), call.output, rows);
    });
}

std::unique_ptr<Operator> make_activate(const Activate& op, const KernelTable& table) {
    return by_rows([activation = op.activation, &table](const Call& call, Rows rows) {
        table.activate(call.inputs[0], activation, kLeakySlope, call.output, rows);
    });
}

std::unique_ptr<Operator> make_add(const Add& op, const KernelTable& table) {
    return by_rows([activation = op.activation, &table](const Call& call, Rows rows) {
        table.add(call.inputs[0], call.inputs[1], activation, call.output, rows);
    });
}

std::unique_ptr<Operator> make_fusion_weights(const Graph& graph, const FusionWeights& op) {
    return by_rows([weights = rectified(values_of(graph, op.parameter))](const Call& call, Rows) {
        std::copy(weights.begin(), weights.end(), call.output.data);
    });
}

std::unique_ptr<Operator> make_weighted_sum(const Graph& graph, const WeightedSum& op,
                                            const KernelTable& table) {
    constexpr double kEps = 1e-4;  // "fast normalized fusion", EfficientDet, section 3.3
    std::vector<float> weights = rectified(values_of(graph, op.parameter));
    double total = kEps;
    for (const float weight : weights) total += weight;
    for (float& weight : weights) weight = static_cast<float>(weight / total);
    return by_rows(
        [weights = std::move(weights), activation = op.activation, &table](const Call& call, Rows rows) {
            table.weighted_sum({.inputs = call.inputs,
                                .weights = weights.data(),
                                .count = call.input_count,
                                .activation = activation,
                                .output = call.output},
                               rows);
        });
}

std::unique_ptr<Operator> make_scale_channels(const KernelTable& table) {
    return by_rows([&table](const Call& call, Rows rows) {
        table.scale_channels(call.inputs[0], call.inputs[1].data, call.output, rows);
    });
}

std::unique_ptr<Operator> make_scale_pixels(const KernelTable& table) {
    return by_rows([&table](const Call& call, Rows rows) {
        table.scale_pixels(call.inputs[0], call.inputs[1], call.output, rows);
    });
}

std::unique_ptr<Operator> make_channel_stats(const ChannelStats& op, const KernelTable& table) {
    return by_rows([max_first = op.max_first, &table](const Call& call, Rows rows) {
        table.channel_stats(call.inputs[0], max_first, call.output, rows);
    });
}

std::unique_ptr<Operator> make_resize(const KernelTable& table) {
    return by_rows(
        [&table](const Call& call, Rows rows) { table.resize_nearest(call.inputs[0], call.output, rows); });
}

std::unique_ptr<Operator> make_shuffle(const Shuffle& op, const KernelTable& table) {
    return by_rows([source = op.source, &table](const Call& call, Rows rows) {
        table.copy_channels(call.inputs[0], source.empty() ? nullptr : source.data(), call.output, rows);
    });
}

std::unique_ptr<Operator> make_softmax_pairs(const KernelTable& table) {
    return by_rows([&table](const Call& call, Rows rows) {
        table.copy_channels(call.inputs[0], nullptr, call.output, rows);
        const int pairs = call.output.width * call.output.channels / 2;  // of a row; the output is dense
        table.softmax_pairs(call.output.pixel(rows.begin, 0), {0, (rows.end - rows.begin) * pairs});
    });
}

std::unique_ptr<Operator> make_row_stats(const KernelTable& table) {
    return by_rows([&table](const Call& call, Rows rows) {
        const ConstMap& in = call.inputs[0];
        for (int y = rows.begin; y < rows.end; ++y) {
            float* const mean = call.output.pixel(y, 0);
            table.pool_rows(in, mean, mean + in.channels, {y, y + 1});
            for (int c = 0; c < in.channels; ++c) mean[c] /= static_cast<float>(in.width);
        }
    });
}

std::unique_ptr<Operator> make_max_pool(const MaxPool& op, const KernelTable& table) {
    return by_rows([padding = op.padding, &table](const Call& call, Rows rows) {
        kernels::MaxPoolArgs args{.input = call.inputs[0], .output = call.output};
        args.pad_value = padding == MaxPool::Padding::one ? -INFINITY : 0.0f;
        args.pad_top = pool_padding(padding, args.input.height);
        args.pad_left = pool_padding(padding, args.input.width);
        table.max_pool(args, rows);
    });
}

}  // namespace featherface::engine
