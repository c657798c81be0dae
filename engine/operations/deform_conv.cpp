#include "engine/operations/deform_conv.hpp"

namespace featherface::engine {

namespace {

constexpr std::int64_t kCorners = 4;  // of a bilinear sample

class DeformConvOperator final : public ConvolutionOperator<kernels::DeformConvKernel> {
  public:
    using ConvolutionOperator::ConvolutionOperator;
    void run_rows(const Call& call, Rows rows, float* scratch) const override {
        kernel_.run({.conv = args(call, scratch), .offset = call.inputs[1], .mask = call.inputs[2]}, rows);
    }
};

}  // namespace

Rows DeformConv::input_rows(std::size_t input, const Extents& extents, Rows rows) const {
    return input == 0 ? Rows{0, extents.inputs[0].height} : rows;
}

Work DeformConv::work(const Extents& extents) const {
    const Shape& output = extents.output;
    Work work = convolution_work(*this, extents);
    work.multiply_adds += kCorners * std::int64_t{output.height} * output.width * geometry.in_channels *
                          geometry.kernel * geometry.kernel;
    return work;
}

std::unique_ptr<const RowOperator> DeformConv::bind(std::span<const Parameter> parameters,
                                                    const KernelTable& table, WeightStore& weights) const {
    return std::make_unique<const DeformConvOperator>(*this, parameters, *table.conv_deform, weights);
}

}  // namespace featherface::engine
