// The operations of the FeatherFace networks as plain loops in double. Maps are 1,C,H,W; weights are laid out
// as in PyTorch. Nothing here is shared with the engine, and nothing is fused or reordered: each function is
// its formula.
#pragma once

#include <vector>

#include "support/oracle/tensor.hpp"

namespace featherface::test::oracle {

struct ConvOptions {
    int stride = 1;
    int pad = 0;
    int groups = 1;
};

// torch.nn.functional.conv2d; weight is O,I/groups,K,K; bias (O) may be null.
Tensor conv2d(const Tensor& input, const Tensor& weight, const Tensor* bias, ConvOptions options = {});

// torchvision.ops.deform_conv2d, stride 1, pad K/2, one offset group: offset has (dy, dx) pairs (2*K*K
// channels), mask K*K channels that multiply the samples as they are.
Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask);

// (x - mean) / sqrt(variance + eps) * gamma + beta, per channel.
Tensor batch_norm(const Tensor& input, const Tensor& mean, const Tensor& variance, const Tensor& gamma,
                  const Tensor& beta, double eps);

// weight is O,I; input 1,I; bias (O) may be null.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor* bias);

Tensor relu(Tensor input);
Tensor leaky_relu(Tensor input, double slope);
Tensor sigmoid(Tensor input);
Tensor swish(Tensor input);  // x * sigmoid(x)

Tensor add(const Tensor& a, const Tensor& b);

// sum of weights[i] * maps[i]
Tensor weighted_sum(const std::vector<const Tensor*>& maps, const std::vector<double>& weights);

// Each channel times gate[channel] (1,C), or each pixel times gate (1,1,H,W).
Tensor scale_channels(const Tensor& input, const Tensor& gate);
Tensor scale_pixels(const Tensor& input, const Tensor& gate);

Tensor spatial_mean(const Tensor& input);     // 1,C
Tensor spatial_maximum(const Tensor& input);  // 1,C
Tensor channel_mean(const Tensor& input);     // 1,1,H,W
Tensor channel_maximum(const Tensor& input);  // 1,1,H,W

// 3x3 window, stride 2, output ceil(H/2) x ceil(W/2). The "same" pool pads as TensorFlow does (the smaller
// half before) with zeros that take part in the maximum; the other pads 1 with minus infinity.
Tensor max_pool_same(const Tensor& input);
Tensor max_pool_pad1(const Tensor& input);

// Pixel (y, x) of the output is input pixel (floor(y * in_h / height), floor(x * in_w / width)).
Tensor resize_nearest(const Tensor& input, int height, int width);

Tensor concat_channels(const std::vector<const Tensor*>& maps);

// Output channel c is input channel source[c].
Tensor permute_channels(const Tensor& input, const std::vector<int>& source);

// 1,C,H,W to 1,H*W*C/values,values: pixels in row order, each pixel's channels cut into rows of `values`.
Tensor rows_per_anchor(const Tensor& input, int values);

// 1,A,V tensors one after the other along A.
Tensor concat_rows(const std::vector<const Tensor*>& parts);

// The softmax over the last axis.
Tensor softmax(const Tensor& input);

}  // namespace featherface::test::oracle
