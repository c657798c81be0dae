// What plain and deformable convolutions have in common: geometry, packed weights and the epilogue.
#pragma once

#include "engine/operations/activation.hpp"
#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

using kernels::ConvGeometry;

inline Shape convolved(const ConvGeometry& g, const Shape& in) {
    const auto extent = [&](int n) { return (n + 2 * g.pad - g.kernel) / g.stride + 1; };
    return {Shape::Kind::map, extent(in.height), extent(in.width), g.out_channels};
}

// Every output element is a sum over a window of the input channels of its group.
template <class Convolution>
Work convolution_work(const Convolution& op, const Extents& extents) {
    const ConvGeometry& g = op.geometry;
    const std::int64_t window = std::int64_t{g.in_channels / g.groups} * g.kernel * g.kernel;
    const int vectors = (op.scale == kNone ? 0 : 1) + (op.bias == kNone ? 0 : 1);
    Work work = moving_maps(extents);
    work.multiply_adds = extents.output.elements() * window;
    work.weight_bytes = float_bytes(g.out_channels * (window + vectors));
    return work;
}

template <class Kernel>
class ConvolutionOperator : public RowOperator {
  public:
    template <class Convolution>
    ConvolutionOperator(const Convolution& op, std::span<const Parameter> parameters, const Kernel& kernel,
                        WeightStore& weights)
        : kernel_(kernel),
          geometry_(op.geometry),
          activation_(op.activation),
          weights_(weights.take(kernel.packed_floats(op.geometry), [&](float* packed) {
              kernels::ConvConstants constants = {.weights = values_of(parameters, op.weight).data(),
                                                  .scale = values_or_null(parameters, op.scale),
                                                  .bias = values_or_null(parameters, op.bias)};
              if constexpr (requires { op.input_range; }) {
                  if (op.input_range) {
                      constants.input_low = op.input_range->low;
                      constants.input_high = op.input_range->high;
                  }
              }
              kernel.pack(op.geometry, constants, packed);
          })) {}

    std::size_t scratch_floats(const Shape& output) const override {
        return kernel_.scratch_floats(geometry_, output.width);
    }
    std::size_t weight_bytes() const override { return weights_.size_bytes(); }
    std::string_view kernel_name() const override { return kernel_.name; }

  protected:
    kernels::ConvArgs args(const Call& call, float* scratch) const {
        return {.geometry = geometry_,
                .input = call.inputs[0],
                .output = call.output,
                .weights = weights_.data(),
                .activation = activation_,
                .slope = kLeakySlope,
                .scratch = scratch};
    }
    const Kernel& kernel_;

  private:
    ConvGeometry geometry_;
    Activation activation_;
    std::span<const float> weights_;
};

}  // namespace featherface::engine
