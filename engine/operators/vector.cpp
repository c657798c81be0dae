// Operators that make or transform vectors: global pooling and linear layers.
#include <algorithm>
#include <limits>

#include "engine/operators/operator.hpp"

namespace featherface::engine {

namespace {

// Sums are taken per row by the kernel and combined here in row order, in double, so the result does not
// depend on how rows were split over threads.
class GlobalPoolOperator final : public Operator {
  public:
    GlobalPoolOperator(GlobalPool::Kind kind, const KernelTable& table) : kind_(kind), table_(table) {}

    Layout lay_out(const Extents& extents) const override {
        const Shape& in = extents.inputs[0];
        return {{.shared = 2 * static_cast<std::size_t>(in.height) * static_cast<std::size_t>(in.channels)},
                nullptr};
    }

    void run(const Call& call) const override {
        const ConstMap& in = call.inputs[0];
        const std::size_t channels = static_cast<std::size_t>(in.channels);
        call.pool->run(in.height, [&](int, Rows rows) {
            for (int y = rows.begin; y < rows.end; ++y) {
                float* sums = call.shared_scratch + 2 * channels * static_cast<std::size_t>(y);
                table_.pool_rows(in, sums, sums + channels, {y, y + 1});
            }
        });
        for (std::size_t c = 0; c < channels; ++c) {
            double sum = 0;
            float maximum = -std::numeric_limits<float>::infinity();
            for (int y = 0; y < in.height; ++y) {
                const float* sums = call.shared_scratch + 2 * channels * static_cast<std::size_t>(y);
                sum += sums[c];
                // A NaN stays, as in torch.max.
                if (!(sums[channels + c] <= maximum)) maximum = sums[channels + c];
            }
            call.output.data[c] = kind_ == GlobalPool::Kind::maximum
                                      ? maximum
                                      : static_cast<float>(sum / (double(in.height) * in.width));
        }
    }

  private:
    GlobalPool::Kind kind_;
    const KernelTable& table_;
};

class LinearOperator final : public Operator {
  public:
    LinearOperator(const Graph& graph, const Linear& op, const KernelTable& table)
        : op_(op), table_(table), weights_(values_of(graph, op.weight)) {
        if (op.bias != kNone) bias_ = values_of(graph, op.bias);
    }

    void run(const Call& call) const override {
        table_.linear(call.inputs[0].data, op_.in, weights_.data(), bias_.empty() ? nullptr : bias_.data(),
                      op_.activation, call.output.data, op_.out);
    }
    std::size_t weight_bytes() const override { return (weights_.size() + bias_.size()) * sizeof(float); }

  private:
    Linear op_;
    const KernelTable& table_;
    std::vector<float> weights_, bias_;
};

}  // namespace

std::unique_ptr<Operator> make_global_pool(const GlobalPool& op, const KernelTable& table) {
    return std::make_unique<GlobalPoolOperator>(op.kind, table);
}

std::unique_ptr<Operator> make_linear(const Graph& graph, const Linear& op, const KernelTable& table) {
    return std::make_unique<LinearOperator>(graph, op, table);
}

}  // namespace featherface::engine
