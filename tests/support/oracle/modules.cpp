#include "support/oracle/modules.hpp"

#include <utility>

namespace featherface::test::oracle {

const Tensor& Modules::parameter(const Path& path) const {
    return weights_.at(path);
}

const Tensor* Modules::bias_of(const Path& path) const {
    const auto found = weights_.find(path + ".bias");
    return found == weights_.end() ? nullptr : &found->second;
}

Tensor Modules::returned(const Path& path, Tensor output) {
    const int earlier_calls = calls_[path]++;
    if (observer_) observer_(earlier_calls == 0 ? path : path + "#" + std::to_string(earlier_calls), output);
    return output;
}

void Modules::returned_tuple(const Path& path, const Levels& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) returned(path + "@." + std::to_string(i), outputs[i]);
}

Tensor Modules::conv(const Path& path, const Tensor& input, ConvOptions options) {
    return returned(path, conv2d(input, parameter(path + ".weight"), bias_of(path), options));
}

Tensor Modules::batch_norm(const Path& path, const Tensor& input, double eps) {
    return returned(
        path, oracle::batch_norm(input, parameter(path + ".running_mean"), parameter(path + ".running_var"),
                                 parameter(path + ".weight"), parameter(path + ".bias"), eps));
}

Tensor Modules::linear(const Path& path, const Tensor& input) {
    return returned(path, oracle::linear(input, parameter(path + ".weight"), bias_of(path)));
}

Tensor Modules::relu(const Path& path, const Tensor& input) {
    return returned(path, oracle::relu(input));
}

Tensor Modules::leaky_relu(const Path& path, const Tensor& input) {
    return returned(path, oracle::leaky_relu(input, 0.1));
}

Levels Modules::backbone(const Path& prefix, const Tensor& input) {
    // Strides of the separable blocks; stage 1 has the 3x3 convolution of the picture before them.
    const std::vector<int> strides[] = {{1, 2, 1, 2, 1}, {2, 1, 1, 1, 1, 1}, {2, 1}};
    Levels outputs;
    Tensor x = input;
    for (int s = 0; s < 3; ++s) {
        const Path stage = prefix + "stage" + std::to_string(s + 1);
        int block = 0;
        if (s == 0) {
            x = conv(stage + ".0.0", x, {2, 1, 1});
            x = batch_norm(stage + ".0.1", x);
            x = returned(stage + ".0", leaky_relu(stage + ".0.2", x));
            ++block;
        }
        for (const int stride : strides[s]) {
            const Path path = stage + "." + std::to_string(block++);
            x = conv(path + ".0", x, {stride, 1, x.channels()});
            x = leaky_relu(path + ".2", batch_norm(path + ".1", x));
            x = conv(path + ".3", x);
            x = leaky_relu(path + ".5", batch_norm(path + ".4", x));
            x = returned(path, x);
        }
        outputs[s] = x = returned(stage, x);
    }
    return outputs;
}

std::vector<double> Modules::fusion_weights(const Path& relu_path, const Tensor& raw) {
    std::vector<double> weights = relu(relu_path, raw).values;
    double sum = 1e-4;
    for (const double weight : weights) sum += weight;
    for (double& weight : weights) weight /= sum;
    return weights;
}

}  // namespace featherface::test::oracle
