// Operators that make or transform vectors: global pooling (the part that is left when each row has its
// statistics) and linear layers.
#include <cmath>

#include "engine/operations/operator.hpp"

namespace featherface::engine {

namespace {

// Combines the rows' statistics in row order, in double: the result does not depend on how rows were split
// over threads.
class GlobalPoolOperator final : public Operator {
  public:
    explicit GlobalPoolOperator(GlobalPool::Kind kind) : kind_(kind) {}

    void run(const Call& call) const override {
        const ConstMap& rows = call.inputs[0];
        const int channels = call.output.channels;
        for (int c = 0; c < channels; ++c) {
            if (kind_ == GlobalPool::Kind::average) {
                double sum = 0;
                for (int y = 0; y < rows.height; ++y) sum += rows.pixel(y, 0)[c];
                call.output.data[c] = static_cast<float>(sum / rows.height);
                continue;
            }
            float maximum = rows.pixel(0, 0)[channels + c];
            for (int y = 1; y < rows.height; ++y) {
                // A NaN stays, as in torch.max: once there, no comparison with it is true.
                const float value = rows.pixel(y, 0)[channels + c];
                if (value > maximum || std::isnan(value)) maximum = value;
            }
            call.output.data[c] = maximum;
        }
    }

  private:
    GlobalPool::Kind kind_;
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

std::unique_ptr<Operator> make_global_pool(const GlobalPool& op) {
    return std::make_unique<GlobalPoolOperator>(op.kind);
}

std::unique_ptr<Operator> make_linear(const Graph& graph, const Linear& op, const KernelTable& table) {
    return std::make_unique<LinearOperator>(graph, op, table);
}

}  // namespace featherface::engine
