// PyTorch modules over the oracle's operations: each method finds a module's weights by its path, computes,
// and reports the output under that path. What all networks have in common is here too.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "support/oracle/ops.hpp"
#include "support/oracle/oracle.hpp"

namespace featherface::test::oracle {

using Path = std::string;

// The three levels of the pyramid: strides 8, 16 and 32.
using Levels = std::array<Tensor, 3>;

class Modules {
  public:
    Modules(const Weights& weights, const Observer& observer) : weights_(weights), observer_(observer) {}

    const Tensor& parameter(const Path& path) const;

    // Reports `output` as what the module at `path` returned, and passes it on.
    Tensor returned(const Path& path, Tensor output);
    void returned_tuple(const Path& path, const Levels& outputs);

    Tensor conv(const Path& path, const Tensor& input, ConvOptions options = {});
    Tensor batch_norm(const Path& path, const Tensor& input, double eps = 1e-5);
    Tensor linear(const Path& path, const Tensor& input);
    Tensor relu(const Path& path, const Tensor& input);
    Tensor leaky_relu(const Path& path, const Tensor& input);  // slope 0.1

    // The three stages of MobileNetV1 x0.25; `prefix` is "body." or "".
    Levels backbone(const Path& prefix, const Tensor& input);

    // relu(raw) / (sum + 1e-4), the ReLU being the module at `relu_path`.
    std::vector<double> fusion_weights(const Path& relu_path, const Tensor& raw);

  private:
    const Tensor* bias_of(const Path& path) const;

    const Weights& weights_;
    const Observer& observer_;
    std::map<Path, int> calls_;
};

}  // namespace featherface::test::oracle
