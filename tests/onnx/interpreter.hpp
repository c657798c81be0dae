// Runs an ONNX model of the operators that the writer uses, as the ONNX specification words them, in double.
// Naive and slow; for small pictures. Throws std::runtime_error at anything else.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "onnx/reader.hpp"
#include "support/oracle/ops.hpp"

namespace featherface::test {

class OnnxInterpreter {
  public:
    explicit OnnxInterpreter(const OnnxModel& model) : model_(model) {
        for (const auto& [name, constant] : model.constants) {
            if (constant.integers.empty()) {
                tensors_[name] = {{constant.dims.begin(), constant.dims.end()},
                                  {constant.floats.begin(), constant.floats.end()}};
            }
        }
    }

    // Every tensor by name.
    const std::map<std::string, oracle::Tensor>& run(const std::string& input_name, oracle::Tensor input) {
        tensors_[input_name] = std::move(input);
        for (const OnnxNode& node : model_.nodes) {
            if (!compute_list(node)) tensors_[node.outputs.at(0)] = compute(node);
        }
        return tensors_;
    }

  private:
    using Tensor = oracle::Tensor;

    const Tensor& in(const OnnxNode& node, std::size_t i) const { return tensors_.at(node.inputs.at(i)); }
    const Tensor* optional(const OnnxNode& node, std::size_t i) const {
        return i < node.inputs.size() && !node.inputs[i].empty() ? &in(node, i) : nullptr;
    }
    // A list of integers: a constant, or computed in this run.
    const Extents& list(const OnnxNode& node, std::size_t i) const {
        const auto computed = lists_.find(node.inputs.at(i));
        return computed != lists_.end() ? computed->second : model_.constants.at(node.inputs[i]).integers;
    }
    bool is_list(const std::string& name) const {
        const auto constant = model_.constants.find(name);
        return lists_.contains(name) ||
               (constant != model_.constants.end() && !constant->second.integers.empty());
    }
    // Shape, Mod, and Concat of lists: what is computed of sizes.
    bool compute_list(const OnnxNode& node) {
        Extents result;
        if (node.operation == "Shape") {
            const std::vector<int>& shape = in(node, 0).shape;
            result.assign(shape.begin() + static_cast<std::ptrdiff_t>(attribute(node, "start").integer),
                          shape.end());
        } else if (node.operation == "Mod") {
            for (std::size_t i = 0; i < list(node, 0).size(); ++i)
                result.push_back(list(node, 0)[i] % list(node, 1).at(i));
        } else if (node.operation == "Concat" && is_list(node.inputs.at(0))) {
            require(attribute(node, "axis").integer == 0, "axis");
            for (std::size_t i = 0; i < node.inputs.size(); ++i)
                result.insert(result.end(), list(node, i).begin(), list(node, i).end());
        } else {
            return false;
        }
        lists_[node.outputs.at(0)] = result;
        return true;
    }
    static const OnnxAttributeValue& attribute(const OnnxNode& node, const std::string& name) {
        const auto found = node.attributes.find(name);
        if (found == node.attributes.end()) throw std::runtime_error(node.operation + " without " + name);
        return found->second;
    }
    // The value all entries of a list have.
    static int same(const Extents& values) {
        if (values.empty() || std::set<std::int64_t>(values.begin(), values.end()).size() != 1) {
            throw std::runtime_error("entries that differ");
        }
        return static_cast<int>(values[0]);
    }
    static void require(bool condition, const char* what) {
        if (!condition) throw std::runtime_error(what);
    }

    Tensor compute(const OnnxNode& node) const {
        const std::string& op = node.operation;
        if (op == "Identity") return in(node, 0);
        if (op == "Relu") return oracle::relu(in(node, 0));
        if (op == "LeakyRelu") return oracle::leaky_relu(in(node, 0), attribute(node, "alpha").number);
        if (op == "Sigmoid") return oracle::sigmoid(in(node, 0));
        if (op == "Add") return broadcast(in(node, 0), in(node, 1), std::plus<>());
        if (op == "Mul") return broadcast(in(node, 0), in(node, 1), std::multiplies<>());
        if (op == "Conv") return conv(node);
        if (op == "DeformConv") return deform_conv(node);
        if (op == "Gemm") return gemm(node);
        if (op == "GlobalAveragePool") return with_unit_extents(oracle::spatial_mean(in(node, 0)));
        if (op == "GlobalMaxPool") return with_unit_extents(oracle::spatial_maximum(in(node, 0)));
        if (op == "ReduceMean") return reduce_mean(node);
        if (op == "ReduceMax")
            return require(list(node, 1) == Extents{1}, "axes"), oracle::channel_maximum(in(node, 0));
        if (op == "MaxPool") return max_pool(node);
        if (op == "Pad") return pad(node);
        if (op == "Resize") return resize(node);
        if (op == "Concat") return concat(node);
        if (op == "Gather") return gather(node);
        if (op == "Flatten") return reshaped(in(node, 0), {1, -1});
        if (op == "Reshape") return reshaped(in(node, 0), list(node, 1));
        if (op == "Transpose") return to_nhwc(node);
        if (op == "Softmax")
            return require(attribute(node, "axis").integer == -1, "axis"), oracle::softmax(in(node, 0));
        throw std::runtime_error("operator " + op);
    }

    // numpy's rule for shapes of equal length or a scalar.
    template <class Function>
    static Tensor broadcast(const Tensor& a, const Tensor& b, Function function) {
        Tensor result = a;
        for (std::size_t i = 0; i < result.values.size(); ++i) {
            std::size_t rest = i, index = 0, step = 1;
            for (std::size_t axis = a.shape.size(); axis-- > 0 && !b.shape.empty();) {
                const auto extent = static_cast<std::size_t>(a.shape[axis]);
                require(b.shape[axis] == 1 || b.shape[axis] == a.shape[axis], "shapes that do not match");
                if (b.shape[axis] != 1) index += rest % extent * step;
                step *= static_cast<std::size_t>(b.shape[axis]);
                rest /= extent;
            }
            result.values[i] = function(a.values[i], b.values[index]);
        }
        return result;
    }

    Tensor reduce_mean(const OnnxNode& node) const {
        const Tensor& input = in(node, 0);
        const Extents& axes = list(node, 1);
        if (axes == Extents{1}) return oracle::channel_mean(input);
        require(axes == Extents{2} || axes == Extents{3}, "axes");
        const bool of_rows = axes[0] == 3;
        Tensor output =
            oracle::map_of_zeros(input.channels(), of_rows ? input.height() : 1, of_rows ? 1 : input.width());
        for (int c = 0; c < input.channels(); ++c) {
            for (int i = 0; i < static_cast<int>(input.plane_size()); ++i) {
                output.plane(c)[of_rows ? i / input.width() : i % input.width()] +=
                    input.plane(c)[i] / (of_rows ? input.width() : input.height());
            }
        }
        return output;
    }

    // One filter over one row.
    Tensor conv_along_row(const OnnxNode& node) const {
        const Tensor &row = in(node, 0), &filter = in(node, 1);
        const int taps = same(attribute(node, "kernel_shape").integers);
        const int border = same(attribute(node, "pads").integers);
        require(row.shape[1] == 1 && filter.shape == std::vector<int>{1, 1, taps} && taps == 2 * border + 1 &&
                    same(attribute(node, "strides").integers) == 1,
                "one-dimensional Conv");
        Tensor output = oracle::zeros(row.shape);
        for (int i = 0; i < row.shape[2]; ++i) {
            for (int k = 0; k < taps; ++k) {
                const int from = i + k - border;
                if (from >= 0 && from < row.shape[2]) output.values[i] += filter.values[k] * row.values[from];
            }
        }
        return output;
    }

    Tensor conv(const OnnxNode& node) const {
        if (in(node, 1).shape.size() == 3) return conv_along_row(node);
        require(same(attribute(node, "kernel_shape").integers) == in(node, 1).shape[2], "kernel_shape");
        return oracle::conv2d(in(node, 0), in(node, 1), optional(node, 2),
                              {.stride = same(attribute(node, "strides").integers),
                               .pad = same(attribute(node, "pads").integers),
                               .groups = static_cast<int>(attribute(node, "group").integer)});
    }

    Tensor deform_conv(const OnnxNode& node) const {
        require(same(attribute(node, "strides").integers) == 1 &&
                    same(attribute(node, "pads").integers) == 1 &&
                    same(attribute(node, "kernel_shape").integers) == 3,
                "DeformConv other than 3x3");
        Tensor output = oracle::deform_conv2d(in(node, 0), in(node, 1), in(node, 2), in(node, 4));
        if (const Tensor* bias = optional(node, 3)) {
            output = broadcast(output, {{1, output.channels(), 1, 1}, bias->values}, std::plus<>());
        }
        return output;
    }

    Tensor gemm(const OnnxNode& node) const {
        require(attribute(node, "transB").integer == 1, "transB");
        return oracle::linear(in(node, 0), in(node, 1), optional(node, 2));
    }

    static Tensor with_unit_extents(Tensor vector) {
        vector.shape = {1, vector.shape[1], 1, 1};
        return vector;
    }

    Tensor max_pool(const OnnxNode& node) const {
        const Tensor& input = in(node, 0);
        const int kernel = same(attribute(node, "kernel_shape").integers);
        const int stride = same(attribute(node, "strides").integers);
        const int border = node.attributes.contains("pads") ? same(attribute(node, "pads").integers) : 0;
        const auto extent = [&](int n) { return (n + 2 * border - kernel) / stride + 1; };
        Tensor output = oracle::map_of_zeros(input.channels(), extent(input.height()), extent(input.width()));
        for (int c = 0; c < output.channels(); ++c) {
            for (int y = 0; y < output.height(); ++y) {
                for (int x = 0; x < output.width(); ++x) {
                    double largest = -std::numeric_limits<double>::infinity();
                    const int top = y * stride - border, left = x * stride - border;
                    for (int row = std::max(top, 0); row < std::min(top + kernel, input.height()); ++row) {
                        for (int column = std::max(left, 0); column < std::min(left + kernel, input.width());
                             ++column) {
                            largest = std::max(largest, input.plane(c)[row * input.width() + column]);
                        }
                    }
                    output.plane(c)[y * output.width() + x] = largest;
                }
            }
        }
        return output;
    }

    Tensor pad(const OnnxNode& node) const {
        require(attribute(node, "mode").text == "constant" && !optional(node, 2),
                "padding other than with zeros");
        const Tensor& input = in(node, 0);
        const Extents& pads = list(node, 1);  // before each axis, then after each
        require(pads.size() == 8 && pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0, "pads");
        const int top = static_cast<int>(pads[2]), left = static_cast<int>(pads[3]);
        Tensor output =
            oracle::map_of_zeros(input.channels(), input.height() + top + static_cast<int>(pads[6]),
                                 input.width() + left + static_cast<int>(pads[7]));
        for (int c = 0; c < input.channels(); ++c) {
            for (int y = 0; y < input.height(); ++y) {
                std::copy_n(input.plane(c) + y * input.width(), input.width(),
                            output.plane(c) + (y + top) * output.width() + left);
            }
        }
        return output;
    }

    Tensor resize(const OnnxNode& node) const {
        require(attribute(node, "mode").text == "nearest" &&
                    attribute(node, "coordinate_transformation_mode").text == "asymmetric" &&
                    attribute(node, "nearest_mode").text == "floor" && !optional(node, 1) &&
                    !optional(node, 2),
                "Resize other than nearest, asymmetric, floor");
        const Tensor& input = in(node, 0);
        const Extents& sizes = list(node, 3);
        require(sizes.size() == 4 && sizes[0] == 1 && sizes[1] == input.channels(), "sizes");
        return oracle::resize_nearest(input, static_cast<int>(sizes[2]), static_cast<int>(sizes[3]));
    }

    Tensor concat(const OnnxNode& node) const {
        require(attribute(node, "axis").integer == 1, "axis");
        Tensor output = in(node, 0);
        for (std::size_t i = 1; i < node.inputs.size(); ++i) {
            const Tensor& next = in(node, i);
            output.shape[1] += next.shape[1];
            output.values.insert(output.values.end(), next.values.begin(), next.values.end());
        }
        return output;
    }

    Tensor gather(const OnnxNode& node) const {
        require(attribute(node, "axis").integer == 1, "axis");
        const Extents& source = list(node, 1);
        return oracle::permute_channels(in(node, 0), {source.begin(), source.end()});
    }

    static Tensor reshaped(Tensor tensor, const Extents& shape) {
        const auto count = static_cast<std::int64_t>(tensor.values.size());
        const std::int64_t known = std::abs(element_count(shape));  // -1 stands for the rest
        tensor.shape.clear();
        for (const std::int64_t extent : shape)
            tensor.shape.push_back(static_cast<int>(extent == -1 ? count / known : extent));
        require(element_count({tensor.shape.begin(), tensor.shape.end()}) == count,
                "Reshape to another size");
        return tensor;
    }

    Tensor to_nhwc(const OnnxNode& node) const {
        require(attribute(node, "perm").integers == Extents{0, 2, 3, 1}, "perm");
        const Tensor& input = in(node, 0);
        Tensor output = oracle::zeros({1, input.height(), input.width(), input.channels()});
        std::size_t next = 0;
        for (std::size_t pixel = 0; pixel < input.plane_size(); ++pixel) {
            for (int c = 0; c < input.channels(); ++c) output.values[next++] = input.plane(c)[pixel];
        }
        return output;
    }

    const OnnxModel& model_;
    std::map<std::string, Tensor> tensors_;
    std::map<std::string, Extents> lists_;
};

}  // namespace featherface::test
