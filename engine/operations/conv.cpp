// Convolutions: plain (any geometry) and modulated deformable.
#include "engine/operations/operator.hpp"
#include "engine/system/aligned_buffer.hpp"
#include "kernels/select.hpp"

namespace featherface::engine {

namespace {

// Geometry, packed weights and epilogue: what both kinds have in common.
template <class Kernel>
class ConvolutionBase : public RowOperator {
  public:
    template <class Convolution>
    ConvolutionBase(const Graph& graph, const Convolution& op, const Kernel& kernel)
        : kernel_(kernel),
          geometry_(op.geometry),
          activation_(op.activation),
          weights_(kernel.packed_floats(op.geometry)) {
        kernel.pack(op.geometry,
                    {.weights = values_of(graph, op.weight).data(),
                     .scale = values_or_null(graph, op.scale),
                     .bias = values_or_null(graph, op.bias)},
                    weights_.data());
    }

    Layout lay_out(const Extents& extents) const override {
        return {{.per_thread = kernel_.scratch_floats(geometry_, extents.output.width)}, nullptr};
    }
    std::size_t weight_bytes() const override { return weights_.size() * sizeof(float); }
    std::string_view kernel_name() const override { return kernel_.name; }

  protected:
    kernels::ConvArgs args(const Call& call, int thread) const {
        return {.geometry = geometry_,
                .input = call.inputs[0],
                .output = call.output,
                .weights = weights_.data(),
                .activation = activation_,
                .slope = kLeakySlope,
                .scratch = call.scratch_of(thread)};
    }
    const Kernel& kernel_;

  private:
    ConvGeometry geometry_;
    Activation activation_;
    AlignedBuffer weights_;
};

class ConvOperator final : public ConvolutionBase<kernels::ConvKernel> {
  public:
    using ConvolutionBase::ConvolutionBase;
    void run_rows(const Call& call, int thread, Rows rows) const override {
        kernel_.run(args(call, thread), rows);
    }
};

class DeformConvOperator final : public ConvolutionBase<kernels::DeformConvKernel> {
  public:
    using ConvolutionBase::ConvolutionBase;
    void run_rows(const Call& call, int thread, Rows rows) const override {
        kernel_.run({.conv = args(call, thread), .offset = call.inputs[1], .mask = call.inputs[2]}, rows);
    }
};

}  // namespace

std::unique_ptr<Operator> make_conv(const Graph& graph, const Conv& op, const KernelTable& table) {
    return std::make_unique<ConvOperator>(graph, op, kernels::select_conv(table, op.geometry));
}

std::unique_ptr<Operator> make_deform_conv(const Graph& graph, const DeformConv& op,
                                           const KernelTable& table) {
    return std::make_unique<DeformConvOperator>(graph, op, *table.conv_deform);
}

}  // namespace featherface::engine
