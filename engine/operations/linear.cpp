#include "engine/operations/linear.hpp"

#include <algorithm>

namespace featherface::engine {

namespace {

class LinearOperator final : public WholeOperator {
  public:
    LinearOperator(const Linear& op, std::span<const Parameter> parameters, const KernelTable& table,
                   WeightStore& weights)
        : op_(op), table_(table), weights_(copied(parameters, op.weight, weights)) {
        if (op.bias != kNone) bias_ = copied(parameters, op.bias, weights);
    }

    void run(const Call& call, ThreadPool&, int) const override {
        table_.linear(call.inputs[0].data, op_.in, weights_.data(), bias_.empty() ? nullptr : bias_.data(),
                      op_.activation, call.output.data, op_.out);
    }
    std::string_view kernel_name() const override { return table_.linear.name; }
    std::size_t weight_bytes() const override { return weights_.size_bytes() + bias_.size_bytes(); }

  private:
    static std::span<const float> copied(std::span<const Parameter> parameters, ParameterId id,
                                         WeightStore& weights) {
        return weights.take(count_of(parameters, id),
                            [&](float* to) { std::ranges::copy(values_of(parameters, id), to); });
    }

    Linear op_;
    const KernelTable& table_;
    std::span<const float> weights_, bias_;
};

}  // namespace

Work Linear::work(const Extents& extents) const {
    const std::int64_t products = std::int64_t{in} * out;
    Work work = moving_maps(extents);
    work.multiply_adds = products;
    work.weight_bytes = float_bytes(products + (bias == kNone ? 0 : out));
    return work;
}

std::unique_ptr<const WholeOperator> Linear::bind(std::span<const Parameter> parameters,
                                                  const KernelTable& table, WeightStore& weights) const {
    return std::make_unique<const LinearOperator>(*this, parameters, table, weights);
}

}  // namespace featherface::engine
