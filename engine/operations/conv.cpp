#include "engine/operations/conv.hpp"

#include "kernels/select.hpp"

namespace featherface::engine {

namespace {

class ConvOperator final : public ConvolutionOperator<kernels::ConvKernel> {
  public:
    using ConvolutionOperator::ConvolutionOperator;
    void run_rows(const Call& call, Rows rows, float* scratch) const override {
        kernel_.run(args(call, scratch), rows);
    }
    int rows_per_block() const override { return kernel_.rows_per_block; }
};

}  // namespace

Rows Conv::input_rows(std::size_t input, const Extents& extents, Rows rows) const {
    return window_rows(rows, geometry.kernel, geometry.stride, geometry.pad, extents.inputs[input].height);
}

bool Conv::can_have_int8() const {
    return geometry.kernel == 1 && geometry.stride == 1 && geometry.pad == 0 && geometry.groups == 1;
}

std::unique_ptr<const RowOperator> Conv::bind(std::span<const Parameter> parameters, const KernelTable& table,
                                              WeightStore& weights) const {
    if (input_range)
        return std::make_unique<const ConvOperator>(*this, parameters, *table.conv_int8, weights);
    return std::make_unique<const ConvOperator>(*this, parameters, kernels::select_conv(table, geometry),
                                                weights);
}

}  // namespace featherface::engine
